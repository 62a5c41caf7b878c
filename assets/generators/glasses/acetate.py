"""Fronts milled from a sheet of acetate: solids with bevelled edges and grooved lens openings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glasses.curves import Array, outward_normals, radius_at, resample
from glasses.front import Front
from glasses.meshes import Mesh, grid, joined, welded

Depth = Callable[[Array, Array], Array]
_MIDDLE_COLUMNS = 5


@dataclass(frozen=True)
class Sheet:
    """Dimensions of an acetate front, mm.

    Attributes:
        face: Height of the front face above the reference surface.
        back: Flat (x, y) → depth of the back face below it (positive).
        outer_bevel: Radius of the outer front edge.
        inner_bevel: Radius of the front edge of the lens opening.
        back_bevel: Radius of both back edges.
        crown: Rise of the front face midway between opening and outer edge.
        groove: Depth of the groove that holds the lens.
        columns: Number of profiles around one half.
    """

    face: float
    back: Depth
    outer_bevel: float = 1.1
    inner_bevel: float = 0.7
    back_bevel: float = 0.6
    crown: float = 0.25
    groove: float = 0.6
    columns: int = 72


def half_outline(outline: Array, count: int) -> tuple[Array, Array]:
    """Return the left half of a symmetric closed outline, from top to bottom of the mid-plane.

    Returns:
        (count, 2) points, the first and last with x = 0, and their outward unit normals.
    """
    normal = outward_normals(outline)
    topmost = int(np.argmax(outline[:, 1]))
    if (outline[topmost, 0] - outline[topmost - 1, 0]) < 0:
        outline, normal = outline[::-1], normal[::-1]  # clockwise, so that it enters the left side at the top
    start = int(np.flatnonzero((outline[:, 0] <= 0) & (np.roll(outline, -1, axis=0)[:, 0] > 0))[0])
    curve, normal = np.roll(outline, -start, axis=0), np.roll(normal, -start, axis=0)
    end = int(np.flatnonzero(curve[1:, 0] <= 0)[0]) + 1
    curve, normal = curve[: end + 1].copy(), normal[: end + 1].copy()
    curve[[0, -1], 0] = 0.0
    normal[0], normal[-1] = (0.0, 1.0), (0.0, -1.0)
    # The share of the normal puts more points where it turns.
    both = resample(np.hstack([curve, 6.0 * normal]), count)
    normal = both[:, 2:] / np.linalg.norm(both[:, 2:], axis=1, keepdims=True)
    return both[:, :2], normal


def _with_depth(points: Array, depth: Array) -> Array:
    return np.concatenate([points, depth[..., None]], axis=-1)


def _bevel(edge: Array, inwards: Array, radius: float, level: Array, side: float) -> list[Array]:
    """Return the rows of an edge from face to wall, as flat points (n, 3): round in front, a chamfer behind."""
    rows = []
    for angle in (np.pi / 2, np.pi / 4, 0.0) if side > 0 else (np.pi / 2, 0.0):
        inset = radius * (1 - np.cos(angle))
        rows.append(_with_depth(edge + inwards * inset, level - side * radius * (1 - np.sin(angle))))
    return rows


def acetate_front(front: Front, outline: Array, opening: Array, sheet: Sheet) -> Mesh:
    """Build a front as worn, one closed solid.

    Args:
        front: Its surface.
        outline: (n, 2) dense closed flat outline of the whole front, symmetric about x = 0.
        opening: (m, 2) dense closed flat outline of the left lens opening (x > 0).
        sheet: Its dimensions.
    """
    outer, normal = half_outline(outline, sheet.columns)
    face = np.full(len(outer), sheet.face)
    back = -sheet.back(outer[:, 0], outer[:, 1])
    front_edge = _bevel(outer, -normal, sheet.outer_bevel, face, 1.0)
    back_edge = _bevel(outer, -normal, sheet.back_bevel, back, -1.0)[::-1]
    wall = [*front_edge, *back_edge]
    inner_rows = _opening_rows(front, opening, _middle(front_edge[0]), _middle(back_edge[-1]), sheet)
    half = _sewn(grid(np.array(inner_rows), closed_columns=True), grid(np.array(wall)))
    return welded(joined(half, half.mirrored())).mapped(front.place).outward()


def _middle(edge: Array) -> Array:
    """Close an open row of edge points along the mid-plane."""
    count = _MIDDLE_COLUMNS
    share = np.linspace(0.0, 1.0, count + 2)[1:-1, None]
    return np.vstack([edge, edge[-1] * (1 - share) + edge[0] * share])


def _opening_rows(
    front: Front, opening: Array, front_end: Array, back_end: Array, sheet: Sheet
) -> list[Array]:
    """Return rows from the outer end of the back face, around the lens opening, to the outer end of the front face."""
    center = np.array([front.center_x, 0.0])
    offset = front_end[:, :2] - center
    angle = _onward(np.unwrap(np.arctan2(offset[:, 1], offset[:, 0])))
    radius = radius_at(opening, center, angle)
    edge = center + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    into = outward_normals(edge)
    face = np.full(len(edge), sheet.face)
    back = -sheet.back(edge[:, 0], edge[:, 1])
    front_lip = _bevel(edge, into, sheet.inner_bevel, face, 1.0)[::-1]
    back_lip = _bevel(edge, into, sheet.back_bevel, back, -1.0)
    half_groove = np.full(len(edge), sheet.groove)
    between = back_end[:, :2] * 0.65 + back_lip[0][:, :2] * 0.35
    rows = [back_end, _with_depth(between, -sheet.back(between[:, 0], between[:, 1])), *back_lip]
    rows += [
        _with_depth(edge, -half_groove),
        _with_depth(edge + into * sheet.groove, 0 * half_groove),
        _with_depth(edge, half_groove),
    ]
    rows += front_lip
    rise = sheet.crown * np.array([0.0, 0.0, 1.0])
    for share in (0.35, 0.7):
        rows.append(front_lip[-1] * (1 - share) + front_end * share + rise)
    rows.append(front_end)
    return rows


def _onward(angle: Array) -> Array:
    """Return the angles of a clockwise round trip, evened out where they double back (below a keyhole bridge)."""
    steps = -np.diff(np.minimum.accumulate(angle), append=angle[0] - 2 * np.pi)
    steps = np.maximum(steps, 0.0) + 1e-3
    for _ in range(3):
        steps = (np.roll(steps, 1) + 2 * steps + np.roll(steps, -1)) / 4
    steps *= 2 * np.pi / steps.sum()
    return angle[0] - np.concatenate([[0.0], np.cumsum(steps[:-1])])


def _sewn(ring: Mesh, wall: Mesh) -> Mesh:
    """Join ring and outer wall, the wall oriented so that their shared edges run in opposite directions."""
    both = welded(joined(ring, wall))
    edges = np.concatenate([both.triangles[:, [0, 1]], both.triangles[:, [1, 2]], both.triangles[:, [2, 0]]])
    if len(np.unique(edges, axis=0)) < len(edges):
        both = welded(joined(ring, Mesh(wall.points, wall.triangles[:, ::-1])))
    return both
