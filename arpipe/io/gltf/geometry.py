"""Reads the triangles of meshes."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from arpipe.errors import GltfError
from arpipe.io.gltf import schema
from arpipe.io.gltf.accessors import read_floats, read_indices
from arpipe.io.gltf.container import Document, pick
from arpipe.io.gltf.model import Floats, Primitive, Triangles

TRIANGLES, STRIP, FAN = 4, 5, 6
MODE_NAMES = {0: "points", 1: "lines", 2: "a line loop", 3: "a line strip"}

OPTIONAL = {"NORMAL": (3,), "TEXCOORD_0": (2,), "COLOR_0": (3, 4), "TANGENT": (4,)}
"""Attributes that a primitive may have besides POSITION, and their numbers of components."""

MIN_NORMAL = 1e-12  # shorter vectors have no direction

Attributes = tuple[tuple[str, int], ...]


def read_meshes(document: Document) -> tuple[tuple[Primitive, ...], ...]:
    """Read the primitives of each mesh; those with the same vertices share their arrays."""
    known: dict[Attributes, Primitive] = {}
    meshes = []
    for index, mesh in enumerate(document.gltf.meshes):
        primitives = []
        for number, primitive in enumerate(mesh.primitives):
            where = f"meshes[{index}].primitives[{number}]"
            key = tuple(sorted(primitive.attributes.items()))
            if primitive.extensions.draco is not None:
                made = _read_draco(document, primitive, primitive.extensions.draco, where)
            elif key in known:
                made = _sharing(document, primitive, known[key], where)
            else:
                made = _read_primitive(document, primitive, where)
                if "NORMAL" in primitive.attributes:
                    known[key] = made
            primitives.append(made)
        meshes.append(tuple(primitives))
    return tuple(meshes)


def _read_draco(
    document: Document, primitive: schema.PrimitiveEntry, draco: schema.Draco, where: str
) -> Primitive:
    """Read a primitive with compressed geometry."""
    from arpipe.io.gltf.draco import decode_draco

    _check_material(document, primitive, where)
    vertices, indices = decode_draco(document, primitive, draco, where)
    if "POSITION" not in vertices:
        raise GltfError(f"{where}: there is no POSITION; export it again")
    return _primitive(document, vertices, indices, primitive.material, where)


def _sharing(document: Document, primitive: schema.PrimitiveEntry, known: Primitive, where: str) -> Primitive:
    """Read a primitive that shares the vertices of another, such as a level of detail."""
    _check_material(document, primitive, where)
    indices = _triangles(document, primitive, len(known.positions), where)
    return replace(known, indices=indices, material=primitive.material)


def _read_primitive(document: Document, primitive: schema.PrimitiveEntry, where: str) -> Primitive:
    if "POSITION" not in primitive.attributes:
        raise GltfError(f"{where}: there is no POSITION; export it again")
    _check_material(document, primitive, where)
    positions = read_floats(document, primitive.attributes["POSITION"], (3,), where)
    count = len(positions)
    indices = _triangles(document, primitive, count, where)
    vertices = {"POSITION": positions}
    for name, widths in OPTIONAL.items():
        values = _attribute(document, primitive, name, widths, count, where)
        if values is not None:
            vertices[name] = values
    return _primitive(document, vertices, indices, primitive.material, where)


def _primitive(
    document: Document, vertices: dict[str, Floats], indices: Triangles, material: int | None, where: str
) -> Primitive:
    """Make a primitive of decoded attributes."""
    positions, normals = vertices["POSITION"], vertices.get("NORMAL")
    uvs, colors = vertices.get("TEXCOORD_0"), _opaque(vertices.get("COLOR_0"))
    if normals is None:
        # Without normals, the specification demands flat shading and that tangents are ignored.
        document.spend(indices.size * 48, where)
        corners = indices.reshape(-1)
        positions = positions[corners]
        return Primitive(
            positions=positions,
            normals=flat_normals(positions),
            uvs=None if uvs is None else uvs[corners],
            colors=None if colors is None else colors[corners],
            tangents=None,
            indices=np.arange(len(corners), dtype=np.uint32).reshape(-1, 3),
            material=material,
        )
    tangents = vertices.get("TANGENT")
    return Primitive(positions, _unit(normals), uvs, colors, tangents, indices, material)


def _check_material(document: Document, primitive: schema.PrimitiveEntry, where: str) -> None:
    if primitive.material is not None:
        pick(document.gltf.materials, primitive.material, "materials", where)


def flat_normals(corners: Floats) -> Floats:
    """Return (n, 3) unit normals of n / 3 separate triangles from their (n, 3) corners; +z if one has no area."""
    triangles = corners.astype(np.float64).reshape(-1, 3, 3)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    return _unit(np.repeat(normals, 3, axis=0))


def _unit(vectors: npt.NDArray[np.floating]) -> Floats:
    unit = vectors.astype(np.float64)
    x, y, z = unit.T
    length = np.sqrt(x * x + y * y + z * z)  # four times as fast as linalg.norm along short rows
    unit /= np.maximum(length, MIN_NORMAL)[:, None]
    unit[length <= MIN_NORMAL] = (0.0, 0.0, 1.0)
    return unit.astype(np.float32)


def _attribute(
    document: Document,
    primitive: schema.PrimitiveEntry,
    name: str,
    widths: tuple[int, ...],
    count: int,
    where: str,
) -> Floats | None:
    index = primitive.attributes.get(name)
    if index is None:
        return None
    values = read_floats(document, index, widths, f"{where}.{name}")
    if len(values) != count:
        raise GltfError(f"{where}.{name}: expected {count} elements as POSITION, got {len(values)}")
    return values


def _opaque(colors: Floats | None) -> Floats | None:
    if colors is None or colors.shape[1] == 4:
        return colors
    return np.concatenate([colors, np.ones((len(colors), 1), np.float32)], axis=1)


def _triangles(document: Document, primitive: schema.PrimitiveEntry, count: int, where: str) -> Triangles:
    """Return (m, 3) indices, each below `count`, for any triangle mode."""
    if primitive.mode not in (TRIANGLES, STRIP, FAN):
        shape = MODE_NAMES.get(primitive.mode, f"unknown mode {primitive.mode}")
        raise GltfError(f"{where}: consists of {shape}; arpipe draws triangles only, export as a surface")
    if primitive.indices is None:
        document.spend(count * 4, where)
        corners = np.arange(count, dtype=np.uint32)
    else:
        corners = read_indices(document, primitive.indices, f"{where}.indices")
    if int(corners.max()) >= count:
        raise GltfError(f"{where}: index {corners.max()} of {count} vertices; the file is damaged")
    if primitive.mode == TRIANGLES:
        if len(corners) % 3:
            raise GltfError(f"{where}: {len(corners)} indices are not a whole number of triangles")
        return corners.reshape(-1, 3)
    if len(corners) < 3:
        raise GltfError(f"{where}: {len(corners)} indices make no triangle")
    document.spend(len(corners) * 12, where)
    if primitive.mode == FAN:
        first = np.full(len(corners) - 2, corners[0], dtype=np.uint32)
        return np.stack([corners[1:-1], corners[2:], first], axis=1)
    odd = np.arange(len(corners) - 2) % 2
    steps = np.arange(len(corners) - 2)
    # Every second triangle of a strip is reversed, so that all face the same way.
    return corners[np.stack([steps, steps + 1 + odd, steps + 2 - odd], axis=1)]
