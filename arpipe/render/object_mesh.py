"""A glTF model as few draw calls: primitives that can share one do.

Properties that differ between primitives without needing a texture are vertex attributes, so that a pair of glasses
with five metals and plastics on three moving parts is a single draw call.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.io.gltf.model import DEFAULT_MATERIAL, GltfModel, Material, Primitive

MATERIAL_MAPS = {
    "BASE_MAP": "base_color_texture",
    "SURFACE_MAP": "metallic_roughness_texture",
    "NORMAL_MAP": "normal_texture",
    "OCCLUSION_MAP": "occlusion_texture",
    "EMISSIVE_MAP": "emissive_texture",
    "TRANSMISSION_MAP": "transmission_texture",
}
"""Define of `surface.frag` → field of `Material`."""

MIN_ROUGHNESS = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Nodes that move together.

    Attributes:
        name: Name of the node at their root; "" for those that move with the model.
        pivot_m: (3,) origin of the root node in the model frame, m.
    """

    name: str
    pivot_m: Array


@dataclass(frozen=True, slots=True, eq=False)
class LeanBatch:
    """A coarser level of detail: fewer triangles over the vertices of a batch.

    Attributes:
        indices: (m, 3) uint32.
        error_m: Largest distance from the surface of the batch, m in the model frame.
    """

    indices: npt.NDArray[np.uint32]
    error_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one draw call draws.

    Attributes:
        vertices: (n, 8) float32: position and normal in the model frame, uv.
        colors: (n, 4) float16 linear base colours.
        surfaces: (n, 8) uint8 in units of 1/255, see `surface.vert`.
        indices: (m, 3) uint32.
        maps: Define → texture index.
        material: Material of the first primitive; whatever is not in the vertices is equal for all.
        glass: Whether it is transparent.
        center_m: (3,) mean of the positions, for sorting.
        part: Index of the part of the first primitive.
        levels: Coarser levels of detail, finest first.
        lens_color: (3,) mean linear colour of white light that passed a lens. None for anything else: transparent
            frames scatter light, mirrors reflect it, and with a texture the mean is not known.
    """

    vertices: npt.NDArray[np.float32]
    colors: npt.NDArray[np.float16]
    surfaces: npt.NDArray[np.uint8]
    indices: npt.NDArray[np.uint32]
    maps: dict[str, int]
    material: Material
    glass: bool
    center_m: Array
    part: int
    levels: tuple[LeanBatch, ...] = ()
    lens_color: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectMesh:
    """Parts, and batches with glass last."""

    parts: tuple[Part, ...]
    batches: tuple[Batch, ...]

    def positions(self, part: int) -> Array:
        """Return the (n, 3) vertices of one part in the model frame, m."""
        chosen = [
            batch.vertices[batch.surfaces[:, 6] == part, :3].astype(np.float64) for batch in self.batches
        ]
        return np.concatenate(chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    primitive: Primitive
    indices: npt.NDArray[np.uint32]
    material: Material
    model_from_node: Array
    part: int
    levels: tuple[LeanBatch, ...]


def object_mesh(model: GltfModel, moving: tuple[str, ...]) -> ObjectMesh:
    """Sort the primitives of a model into batches.

    Args:
        model: The model.
        moving: Names of nodes that move on their own, together with their descendants; missing ones are ignored.
    """
    placements = model.model_from_node()
    parts, part_of_node = _parts(model, placements, moving)
    groups: dict[tuple[object, ...], list[_Piece]] = defaultdict(list)
    for node, placement, part in zip(model.nodes, placements, part_of_node, strict=True):
        for number, primitive in enumerate(() if node.mesh is None else model.meshes[node.mesh]):
            levels = [
                LeanBatch(model.meshes[level.mesh][number].indices, level.error_m) for level in node.levels
            ]
            piece = _piece(model, primitive, levels, placement, part)
            groups[_batch_key(piece, node.name)].append(piece)
    batches = [_batch(pieces) for pieces in groups.values()]
    return ObjectMesh(parts, tuple(sorted(batches, key=lambda batch: batch.glass)))


def _parts(
    model: GltfModel, placements: Sequence[Array], moving: tuple[str, ...]
) -> tuple[tuple[Part, ...], list[int]]:
    """Return the parts, and the index of the part that each node belongs to; nodes of one name share a part."""
    parts = {"": Part("", np.zeros(3))}
    part_of_node: list[int] = []
    for node, placement in zip(model.nodes, placements, strict=True):
        if node.name in moving:
            parts.setdefault(node.name, Part(node.name, placement[:3, 3].copy()))
            part_of_node.append(list(parts).index(node.name))
        else:
            part_of_node.append(0 if node.parent is None else part_of_node[node.parent])
    return tuple(parts.values()), part_of_node


def _piece(
    model: GltfModel, primitive: Primitive, levels: list[LeanBatch], placement: Array, part: int
) -> _Piece:
    """Make a piece; a transform that mirrors reverses the winding of the triangles, as glTF demands."""
    material = DEFAULT_MATERIAL if primitive.material is None else model.materials[primitive.material]
    order = -1 if float(np.linalg.det(placement[:3, :3])) < 0.0 else 1
    wound = tuple(LeanBatch(level.indices[:, ::order], level.error_m) for level in levels)
    return _Piece(primitive, primitive.indices[:, ::order], material, placement, part, wound)


def is_glass(material: Material) -> bool:
    """Whether a material is transparent."""
    return material.transmission > 0 or material.alpha_mode == "BLEND"


def _maps(piece: _Piece) -> dict[str, int]:
    if piece.primitive.uvs is None:
        return {}
    found = {name: getattr(piece.material, field) for name, field in MATERIAL_MAPS.items()}
    return {name: index for name, index in found.items() if index is not None}


def _batch_key(piece: _Piece, node: str) -> tuple[object, ...]:
    """Return a key that is equal for pieces of one draw call; glass is separated by node, so that it can be sorted."""
    material = piece.material
    maps = _maps(piece)
    return (
        is_glass(material) and (node, material.name),
        tuple(maps.items()),
        tuple(material.emissive),
        material.normal_scale if "NORMAL_MAP" in maps else 0.0,
        material.occlusion_strength if "OCCLUSION_MAP" in maps else 0.0,
        material.alpha_cutoff if material.alpha_mode == "MASK" else None,
        material.double_sided,
        material.clearcoat > 0,
    )


def _batch(pieces: list[_Piece]) -> Batch:
    starts = np.cumsum([0, *(len(piece.primitive.positions) for piece in pieces)])[:-1].tolist()
    vertices = np.concatenate([_vertices(piece) for piece in pieces])
    return Batch(
        vertices=vertices,
        colors=np.concatenate([_colors(piece) for piece in pieces]),
        surfaces=np.concatenate([_surfaces(piece) for piece in pieces]),
        indices=_indices([piece.indices for piece in pieces], starts),
        maps=_maps(pieces[0]),
        material=pieces[0].material,
        glass=is_glass(pieces[0].material),
        center_m=vertices[:, :3].mean(axis=0).astype(np.float64),
        part=pieces[0].part,
        levels=_levels(pieces, starts),
        lens_color=_lens_color(pieces),
    )


def _lens_color(pieces: list[_Piece]) -> Array | None:
    """Return the colour of a lens, see `Batch`; all pieces have the material of the first if that is glass."""
    material, maps = pieces[0].material, _maps(pieces[0])
    if (
        material.transmission < 1.0
        or material.metallic > 0.0
        or {"BASE_MAP", "TRANSMISSION_MAP"} & maps.keys()
    ):
        return None
    color: Array = np.concatenate([_colors(piece)[:, :3] for piece in pieces]).mean(axis=0, dtype=np.float64)
    return color


def _indices(parts: list[npt.NDArray[np.uint32]], starts: list[int]) -> npt.NDArray[np.uint32]:
    """Concatenate the triangles of pieces whose vertices begin at `starts`."""
    return np.concatenate([part + np.uint32(start) for part, start in zip(parts, starts, strict=True)])


def _levels(pieces: list[_Piece], starts: list[int]) -> tuple[LeanBatch, ...]:
    """Combine the levels of pieces; a piece with fewer levels than another stays at its coarsest."""
    levels = []
    for place in range(max(len(piece.levels) for piece in pieces)):
        chosen = [
            piece.levels[min(place, len(piece.levels) - 1)] if piece.levels else LeanBatch(piece.indices, 0.0)
            for piece in pieces
        ]
        indices = _indices([level.indices for level in chosen], starts)
        levels.append(LeanBatch(indices, max(level.error_m for level in chosen)))
    return tuple(levels)


def _vertices(piece: _Piece) -> npt.NDArray[np.float32]:
    linear, offset = piece.model_from_node[:3, :3], piece.model_from_node[:3, 3]
    primitive = piece.primitive
    vertices = np.zeros((len(primitive.positions), 8), np.float32)
    if np.array_equal(
        linear, np.eye(3)
    ):  # most are; the general case takes half of the time of loading glasses
        vertices[:, :3] = primitive.positions + offset
        vertices[:, 3:6] = primitive.normals
    else:
        normals = primitive.normals @ normal_matrix(linear).T
        vertices[:, :3] = primitive.positions @ linear.T + offset
        vertices[:, 3:6] = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    if primitive.uvs is not None:
        vertices[:, 6:] = primitive.uvs
    return vertices


def normal_matrix(linear: Array) -> Array:
    """Return the (3, 3) matrix that transforms normals, up to a positive factor.

    It consists of cross products rather than the transposed inverse, which a flattened node does not have.
    """
    x, y, z = linear.T / np.abs(linear).max()
    cofactors = np.stack([np.cross(y, z), np.cross(z, x), np.cross(x, y)], axis=1)
    return -cofactors if float(x @ cofactors[:, 0]) < 0.0 else cofactors


def _colors(piece: _Piece) -> npt.NDArray[np.float16]:
    material = piece.material
    colors = material.base_color_factor.astype(np.float64)[None]
    if piece.primitive.colors is not None:
        colors = colors * piece.primitive.colors
    if material.transmission > 0 and material.thickness > 0 and np.isfinite(material.attenuation_distance):
        path = material.thickness / material.attenuation_distance
        colors[:, :3] *= np.asarray(material.attenuation_color, dtype=np.float64) ** path
    if material.alpha_mode == "OPAQUE":
        colors[:, 3] = 1.0
    return np.array(np.broadcast_to(colors.astype(np.float16), (len(piece.primitive.positions), 4)))


def _surfaces(piece: _Piece) -> npt.NDArray[np.uint8]:
    material = piece.material
    f0 = ((material.ior - 1.0) / (material.ior + 1.0)) ** 2
    shares = [
        material.metallic,
        max(material.roughness, MIN_ROUGHNESS),
        material.clearcoat,
        material.clearcoat_roughness,
        material.transmission,
        min(f0 / 0.25, 1.0),
        piece.part / 255.0,
        float(material.unlit),
    ]
    row = np.rint(np.clip(shares, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.tile(row, (len(piece.primitive.positions), 1))
