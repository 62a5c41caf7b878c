"""Reads levels of detail (MSFT_lod): fewer triangles over the vertices of a node's own mesh.

The extension states down to which screen coverage each level is shown. Here the coverage is that of a disc around the
node's bounding box on a screen of 1920 × 1080, on which the error of the next level is half a row. This converts it to
a length, which is valid for every screen.
"""

import math
from itertools import pairwise

import numpy as np

from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import pick
from arpipe.io.gltf.model import Level, Primitive

SCREEN_ROWS, SCREEN_COLUMNS = 1080, 1920
ERROR_ROWS = 0.5

Meshes = tuple[tuple[Primitive, ...], ...]


def read_levels(
    gltf: schema.Gltf, index: int, placed: frozenset[int], meshes: Meshes, model_from_node: Array
) -> tuple[Level, ...] | str:
    """Read the levels of detail of a node, or return a note why it is always drawn in full detail.

    Args:
        gltf: The file.
        index: Index of the node.
        placed: Indices of all nodes of the scene.
        meshes: Meshes of the file.
        model_from_node: (4, 4) transform of the node.

    Raises:
        GltfError: A level does not exist, is part of the scene, occurs twice or has levels itself, or the coverages do
            not match.
    """
    node = gltf.nodes[index]
    ids = node.levels
    if not ids:
        return ()
    _check_ids(gltf, ids, placed, f"nodes[{index}].extensions.MSFT_lod")
    coverages = _coverages(node, len(ids), f"nodes[{index}].extras.MSFT_screencoverage")
    found = [_simpler_mesh(gltf, node, gltf.nodes[level]) for level in ids]
    simpler = [mesh for mesh in found if mesh is not None]
    if node.mesh is None or len(simpler) < len(ids):
        return f"levels of {node.name[:60]!r} have their own vertices, materials or nodes; it is drawn in full detail"
    if not coverages:
        return f"levels of {node.name[:60]!r} lack MSFT_screencoverage; it is drawn in full detail"
    radius_m = _radius(meshes[node.mesh]) * math.cbrt(abs(float(np.linalg.det(model_from_node[:3, :3]))))
    pairs = zip(simpler, coverages[:-1], strict=True)  # below the last coverage, the node may be hidden
    return tuple(Level(mesh, _error(radius_m, coverage)) for mesh, coverage in pairs if coverage > 0.0)


def _check_ids(gltf: schema.Gltf, ids: list[int], placed: frozenset[int], where: str) -> None:
    for position, level in enumerate(ids):
        node = pick(gltf.nodes, level, "nodes", where)
        if level in placed:
            raise GltfError(f"{where}: nodes[{level}] is part of the scene, too; export it again")
        if level in ids[:position]:
            raise GltfError(f"{where}: nodes[{level}] occurs twice; export it again")
        if node.levels:
            raise GltfError(f"{where}: nodes[{level}] has levels itself; export it again")
        if node.mesh is not None:
            pick(gltf.meshes, node.mesh, "meshes", f"nodes[{level}]")


def _coverages(node: schema.NodeEntry, levels: int, where: str) -> tuple[float, ...]:
    """Return the decreasing minimum coverage of the node and of each level; empty if the file states none."""
    coverages = () if node.extras is None else node.extras.screen_coverage
    if coverages and len(coverages) != levels + 1:
        raise GltfError(
            f"{where}: expected {levels + 1} coverages, for the node and each of its levels, got {len(coverages)}; "
            "export it again"
        )
    if any(after > before for before, after in pairwise(coverages)):
        raise GltfError(f"{where}: the coverages must decrease with the detail; export it again")
    return coverages


def _simpler_mesh(gltf: schema.Gltf, node: schema.NodeEntry, level: schema.NodeEntry) -> int | None:
    """Return the mesh of a level that differs from its node in the triangles only; None if more differs."""
    if node.mesh is None or level.mesh is None or node.children or level.children or level.skin is not None:
        return None
    if _transform(node) != _transform(level):
        return None
    own, others = gltf.meshes[node.mesh].primitives, gltf.meshes[level.mesh].primitives
    is_alike = len(own) == len(others) and all(map(_shares_vertices, own, others))
    return level.mesh if is_alike else None


def _shares_vertices(one: schema.PrimitiveEntry, other: schema.PrimitiveEntry) -> bool:
    """Whether two primitives have the same vertices and material; without normals, vertices cannot be shared."""
    same = one.attributes == other.attributes and one.material == other.material
    return same and "NORMAL" in one.attributes


def _transform(node: schema.NodeEntry) -> tuple[object, ...]:
    return node.matrix, node.translation, node.rotation, node.scale


def _radius(primitives: tuple[Primitive, ...]) -> float:
    """Return half the diagonal of the bounding box of a mesh, m."""
    axes = [np.ascontiguousarray(primitive.positions.T) for primitive in primitives]
    low = np.min([rows.min(axis=1) for rows in axes], axis=0)
    high = np.max([rows.max(axis=1) for rows in axes], axis=0)
    return math.dist(high.tolist(), low.tolist()) / 2.0


def _error(radius_m: float, coverage: float) -> float:
    """Return half a row, m, of a screen on which a disc has a coverage."""
    return ERROR_ROWS * radius_m * math.sqrt(math.pi / (coverage * SCREEN_ROWS * SCREEN_COLUMNS))
