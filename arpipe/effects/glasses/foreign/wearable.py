"""Rearranges foreign glasses as arpipe requires: metres, origin at the bridge, nodes for temples and lenses."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from arpipe.effects.glasses.fit import GlassesSize
from arpipe.effects.glasses.foreign.axes import Stance, find_stance, find_unit
from arpipe.effects.glasses.foreign.parts import Parts, hinge_of, is_see_through, sort_parts
from arpipe.effects.glasses.foreign.pieces import MeshPiece, pieces_of, sample, span, vertices_of
from arpipe.effects.glasses.foreign.surfaces import FRAME, Surfaces
from arpipe.effects.glasses.object_file import UNITS_M, Unit, rotation_of
from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf import GltfModel, Material, Node, Primitive
from arpipe.io.gltf.model import Floats

ORIGIN_ABOVE_LENSES_M = 0.0035  # of arpipe's own glasses: the bridge rests a little above the lenses' middle
ORIGIN_BEHIND_BRIDGE_M = 0.0025
BRIDGE_SIDE_M = 0.004
STRIP_M = 0.003
ALONG_AXIS = 0.9999  # cosine; less than a degree off


@dataclass(frozen=True, slots=True, eq=False)
class Wearable:
    """Glasses that arpipe can fit and draw.

    Attributes:
        model: The rearranged model.
        size: Its dimensions.
        findings: What was detected in the file, one sentence each.
    """

    model: GltfModel
    size: GlassesSize
    findings: tuple[str, ...]


def make_wearable(
    model: GltfModel, unit: Unit | None = None, rotate_deg: tuple[float, float, float] | None = None
) -> Wearable:
    """Rearrange the model of a pair of glasses.

    Args:
        model: As loaded.
        unit: Unit of its coordinates; None to detect it.
        rotate_deg: Rotation about x, then y, then z that makes x point to the person's left, y up and z forward; None
            to detect it.

    Raises:
        GltfError: It does not have the shape of glasses, or has no triangles.
    """
    pieces = pieces_of(model)
    surface = sample(pieces) if pieces else None
    if surface is None or not len(surface.points):
        raise GltfError("has no triangles with an area; export a file with a visible object")
    stance = find_stance(surface.points) if rotate_deg is None else _stance_of(surface.points, rotate_deg)
    found_unit, metres = (unit, UNITS_M[unit]) if unit is not None else find_unit(stance.width)
    pieces = [piece.moved(metres * stance.rotation, np.zeros(3)) for piece in pieces]
    middle = sum(span(pieces, 0)) / 2.0
    pieces = [piece.moved(np.eye(3), np.array([-middle, 0.0, 0.0])) for piece in pieces]
    parts = sort_parts(pieces, stance.is_open)
    _require_glasses(parts)
    parts = _shifted(parts, -_origin(parts))
    size = _measure(parts)
    findings = _findings(found_unit, metres, stance, parts, size)
    return Wearable(_assemble(parts, model), size, findings)


def _stance_of(points: Array, rotate_deg: tuple[float, float, float]) -> Stance:
    """Return the stance of (n, 3) points rotated as the user states."""
    rotation = rotation_of(rotate_deg)
    extent = np.ptp(points @ rotation.T, axis=0)
    return Stance(rotation, float(extent[0]), bool(extent[2] > 0.5 * extent[0]))


def _require_glasses(parts: Parts) -> None:
    if not parts.front and not parts.lenses:
        raise GltfError("has temples but no front; export all parts of the glasses")
    if not (parts.lenses or parts.left or parts.right):
        raise GltfError(
            "has neither temples nor lenses, so it is not a pair of glasses; export all parts of them"
        )


def _origin(parts: Parts) -> Array:
    """Return the (3,) point that rests on the nose."""
    low, high = span(parts.lenses or parts.front, 1)
    points = vertices_of((*parts.front, *parts.lenses))
    bridge = points[np.abs(points[:, 0]) < BRIDGE_SIDE_M]
    back = float(bridge[:, 2].min()) if len(bridge) else float(np.median(points[:, 2]))
    return np.array([0.0, (low + high) / 2.0 + ORIGIN_ABOVE_LENSES_M, back - ORIGIN_BEHIND_BRIDGE_M])


def _shifted(parts: Parts, offset: Array) -> Parts:
    def shift(pieces: tuple[MeshPiece, ...]) -> tuple[MeshPiece, ...]:
        return tuple(piece.moved(np.eye(3), offset) for piece in pieces)

    return replace(
        parts,
        front=shift(parts.front),
        lenses=shift(parts.lenses),
        left=shift(parts.left),
        right=shift(parts.right),
    )


def _measure(parts: Parts) -> GlassesSize:
    """Measure glasses in the boxing system; what cannot be measured keeps its default."""
    front = (*parts.front, *parts.lenses)
    found = {"frame_width_mm": _extent(front, 0)}
    left = [piece for piece in parts.lenses if piece.low[0] > -STRIP_M]
    right = [piece for piece in parts.lenses if piece.high[0] < STRIP_M]
    if left and right:
        found["lens_width_mm"] = _extent(left, 0)
        found["bridge_mm"] = span(left, 0)[0] - span(right, 0)[1]
    found["lens_height_mm"] = _extent(parts.lenses or front, 1)
    if parts.left:
        found["temple_mm"] = _length(parts.left)
    values = {}
    for name, metres in found.items():
        low, high = LIMITS_MM[name]
        values[name] = round(float(np.clip(metres * 1000.0, low, high)), 1)
    return GlassesSize(**values)


def _extent(pieces: Iterable[MeshPiece], axis: int) -> float:
    low, high = span(pieces, axis)
    return high - low


LIMITS_MM = {
    "frame_width_mm": (61.0, 219.0),
    "lens_width_mm": (11.0, 99.0),
    "lens_height_mm": (11.0, 99.0),
    "bridge_mm": (6.0, 39.0),
    "temple_mm": (51.0, 199.0),
}
"""Inside the limits of `GlassesSize`."""


def _length(temple: tuple[MeshPiece, ...]) -> float:
    """Return the length of a temple along its bend, m."""
    points = vertices_of(temple)
    edges = np.linspace(points[:, 2].max(), points[:, 2].min(), 13)
    slices = [points[(points[:, 2] <= front) & (points[:, 2] >= back)] for front, back in pairwise(edges)]
    line = np.array([slice_.mean(axis=0) for slice_ in slices if len(slice_)])
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()) * 12.0 / 11.0


def _assemble(parts: Parts, model: GltfModel) -> GltfModel:
    """Put parts into nodes with arpipe's names."""
    surfaces = Surfaces()
    groups: list[tuple[str, tuple[MeshPiece, ...], Array]] = [
        ("front", tuple(map(surfaces.opaque, parts.front)), np.zeros(3))
    ]
    for name, chosen in (("lens_l", True), ("lens_r", False)):
        lenses = tuple(surfaces.lens(piece) for piece in parts.lenses if bool(piece.middle[0] >= 0) == chosen)
        groups.append((name, lenses, np.zeros(3)))
    for name, temple in (("temple_l", parts.left), ("temple_r", parts.right)):
        groups.append(
            (name, tuple(map(surfaces.opaque, temple)), hinge_of(temple) if temple else np.zeros(3))
        )
    materials: dict[int, Material] = {}
    nodes: list[Node] = []
    meshes: list[tuple[Primitive, ...]] = []
    for name, pieces, pivot in groups:
        if pieces:
            matrix = np.eye(4)
            matrix[:3, 3] = pivot
            nodes.append(Node(name, None, matrix, len(meshes)))
            meshes.append(_primitives(pieces, pivot, materials))
    return GltfModel(
        nodes=tuple(nodes),
        roots=tuple(range(len(nodes))),
        meshes=tuple(meshes),
        materials=tuple(materials.values()),
        textures=model.textures,
        credits=model.credits,
    )


def _primitives(
    pieces: tuple[MeshPiece, ...], pivot: Array, materials: dict[int, Material]
) -> tuple[Primitive, ...]:
    """Join pieces that have a material and attributes in common."""
    groups: dict[tuple[int, bool, bool], list[MeshPiece]] = {}
    for piece in pieces:
        material = piece.material or FRAME
        materials.setdefault(id(material), material)
        key = (id(material), piece.uvs is None, piece.colors is None)
        groups.setdefault(key, []).append(piece)
    order = list(materials)
    return tuple(_joined(same, pivot, order.index(key[0])) for key, same in groups.items())


def _joined(pieces: list[MeshPiece], pivot: Array, material: int) -> Primitive:
    starts = np.cumsum([0, *(len(piece.positions) for piece in pieces)])
    triangles = [piece.triangles + np.uint32(start) for piece, start in zip(pieces, starts, strict=False)]
    return Primitive(
        positions=(vertices_of(pieces) - pivot).astype(np.float32),
        normals=np.concatenate([piece.normals for piece in pieces]).astype(np.float32),
        uvs=_joined_values(piece.uvs for piece in pieces),
        colors=_joined_values(piece.colors for piece in pieces),
        tangents=None,
        indices=np.concatenate(triangles),
        material=material,
    )


def _joined_values(values: Iterable[Floats | None]) -> Floats | None:
    """Join an attribute that all pieces have, or none."""
    present = [each for each in values if each is not None]
    return np.concatenate(present) if present else None


def _findings(unit: str, metres: float, stance: Stance, parts: Parts, size: GlassesSize) -> tuple[str, ...]:
    """Describe what was detected."""
    _, up, forward = map(_axis_name, stance.rotation)
    unit_text = f"unit {unit}" if unit else f"unit unknown, scaled by {metres:.3g} to the usual width"
    temples = [name for name, pieces in (("left", parts.left), ("right", parts.right)) if pieces]
    folded = ", which were folded and are opened" if parts.were_folded else ""
    opaque = sum(not is_see_through(piece) for piece in parts.lenses)
    made = f", {opaque} of them opaque and made see-through" if opaque else ""
    return (
        f"{unit_text}; {up} is up, {forward} is forward",
        f"front {size.frame_width_mm:.0f} mm wide, bridge {size.bridge_mm:.0f} mm",
        f"temples: {' and '.join(temples)}{folded}" if temples else "no temples",
        f"lenses: {len(parts.lenses)}{made}" if parts.lenses else "no lenses",
    )


def _axis_name(direction: Array) -> str:
    """Return the axis of the file that a (3,) unit vector follows, or its components."""
    axis = int(np.abs(direction).argmax())
    if abs(direction[axis]) < ALONG_AXIS:
        return f"({', '.join(f'{component:.2f}' for component in direction)})"
    return f"{'-' if direction[axis] < 0 else ''}{'xyz'[axis]}"
