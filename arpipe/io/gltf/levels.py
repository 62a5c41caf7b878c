"""Levels of detail (MSFT_lod): leaner triangles over the vertices of a node's own mesh.

The extension says up to which share of the screen a level serves. Here the share is that of a disc around the
node's box, on a screen of 1920 × 1080 of which the level's error is half a row: so it becomes a length, which
serves for every screen.
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
    """Levels of a node of the scene, none when it has none; or a note why it is drawn whole.

    Args:
        gltf: The file.
        index: Of the node.
        placed: Indices of all nodes of the scene.
        meshes: As read.
        model_from_node: (4, 4) the node's place.

    Raises:
        GltfError: A level does not exist, is drawn by itself, comes twice or has levels, or the shares do not fit.
    """
    node = gltf.nodes[index]
    ids = node.levels
    if not ids:
        return ()
    _check_ids(gltf, ids, placed, f"nodes[{index}].extensions.MSFT_lod")
    shares = _shares(node, len(ids), f"nodes[{index}].extras.MSFT_screencoverage")
    found = [_leaner_mesh(gltf, node, gltf.nodes[level]) for level in ids]
    leaner = [mesh for mesh in found if mesh is not None]
    if node.mesh is None or len(leaner) < len(ids):
        return (
            f"levels of {node.name[:60]!r} have vertices, materials or nodes of their own; it is drawn whole"
        )
    if not shares:
        return f"levels of {node.name[:60]!r} come without MSFT_screencoverage; it is drawn whole"
    radius_m = _radius(meshes[node.mesh]) * math.cbrt(abs(float(np.linalg.det(model_from_node[:3, :3]))))
    pairs = zip(leaner, shares[:-1], strict=True)  # below the last share nothing at all may be drawn
    return tuple(Level(mesh, _error(radius_m, share)) for mesh, share in pairs if share > 0.0)


def _check_ids(gltf: schema.Gltf, ids: list[int], placed: frozenset[int], where: str) -> None:
    for place, level in enumerate(ids):
        leaner = pick(gltf.nodes, level, "nodes", where)
        if level in placed:
            raise GltfError(f"{where}: nodes[{level}] is in the scene as well; export it again")
        if level in ids[:place]:
            raise GltfError(f"{where}: nodes[{level}] comes twice; export it again")
        if leaner.levels:
            raise GltfError(f"{where}: nodes[{level}] has levels itself; export it again")
        if leaner.mesh is not None:
            pick(gltf.meshes, leaner.mesh, "meshes", f"nodes[{level}]")


def _shares(node: schema.Node, levels: int, where: str) -> tuple[float, ...]:
    """Least share of the screen of the node and of each level, falling; empty when the file states none."""
    shares = () if node.extras is None else node.extras.screen_coverage
    if shares and len(shares) != levels + 1:
        raise GltfError(
            f"{where}: expected {levels + 1} shares, for the node and each of its levels, got {len(shares)}; "
            "export it again"
        )
    if any(after > before for before, after in pairwise(shares)):
        raise GltfError(f"{where}: the shares rise, leaner levels are for smaller ones; export it again")
    return shares


def _leaner_mesh(gltf: schema.Gltf, node: schema.Node, leaner: schema.Node) -> int | None:
    """Mesh of a level that differs from a node by its triangles only; None when more is different."""
    if node.mesh is None or leaner.mesh is None or node.children or leaner.children:
        return None
    if _place(node) != _place(leaner) or leaner.skin is not None:
        return None
    own, others = gltf.meshes[node.mesh].primitives, gltf.meshes[leaner.mesh].primitives
    alike = len(own) == len(others) and all(
        mine.attributes == other.attributes
        and mine.material == other.material
        and "NORMAL" in mine.attributes
        for mine, other in zip(own, others, strict=True)
    )
    return leaner.mesh if alike else None


def _place(node: schema.Node) -> tuple[object, ...]:
    return node.matrix, node.translation, node.rotation, node.scale


def _radius(primitives: tuple[Primitive, ...]) -> float:
    """Half the diagonal of the box around a mesh."""
    axes = [np.ascontiguousarray(primitive.positions.T) for primitive in primitives]
    low = np.min([rows.min(axis=1) for rows in axes], axis=0)
    high = np.max([rows.max(axis=1) for rows in axes], axis=0)
    return math.dist(high.tolist(), low.tolist()) / 2.0


def _error(radius_m: float, share: float) -> float:
    """Half a row, m, of a screen of which a disc takes up a share."""
    return ERROR_ROWS * radius_m * math.sqrt(math.pi / (share * SCREEN_ROWS * SCREEN_COLUMNS))
