"""Solids swept along a path: bars, wires, rims."""

import numpy as np

from glasses.curves import Array, arc_length, at_length, keyed, outward_normals, resample
from glasses.meshes import Mesh, loft, ring_solid

Keys = float | list[tuple[float, float]]
UP = (0.0, 1.0, 0.0)


def rounded_rectangles(width: Array, height: Array, corner: Array, steps: int) -> Array:
    """Return counter-clockwise profiles with round corners.

    Args:
        width: (n,) full widths.
        height: (n,) full heights.
        corner: (n,) corner radii, at most half the smaller side.
        steps: Segments per corner.

    Returns:
        (n, 4 * (steps + 1), 2) profile points.
    """
    parts = []
    for quarter in range(4):
        angle = np.pi / 2 * (quarter + np.linspace(0.0, 1.0, steps + 1))
        sign_x, sign_y = ((1, 1), (-1, 1), (-1, -1), (1, -1))[quarter]
        x = (sign_x * (width / 2 - corner))[:, None] + corner[:, None] * np.cos(angle)
        y = (sign_y * (height / 2 - corner))[:, None] + corner[:, None] * np.sin(angle)
        parts.append(np.stack([x, y], axis=2))
    return np.concatenate(parts, axis=1)


def ellipses(width: Array, height: Array, count: int) -> Array:
    """Return (n, count, 2) elliptic profiles, counter-clockwise."""
    angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    return np.stack(
        [width[:, None] / 2 * np.cos(angle), height[:, None] / 2 * np.sin(angle)],
        axis=2,
    )


def frames(path: Array, up: tuple[float, float, float] = UP) -> tuple[Array, Array, Array]:
    """Return unit vectors of an open path: tangent, side (along up × tangent) and top, each (n, 3)."""
    tangent = np.gradient(path, arc_length(path), axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(np.array(up), tangent)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    return tangent, side, np.cross(tangent, side)


def _stations(path: Array, count: int, cap_start: float, cap_end: float) -> tuple[Array, Array]:
    """Return distances along the path and the insets of the profile there, for ends rounded by the caps."""
    total = float(arc_length(path)[-1])
    inner = resample(path, count, bend_weight=12.0)
    travelled = arc_length(inner) * (total / arc_length(inner)[-1])
    angle = np.linspace(0.0, np.pi / 2, 4)
    start = cap_start * (1 - np.cos(angle)) if cap_start else np.array([0.0])
    end = total - (cap_end * (1 - np.cos(angle)))[::-1] if cap_end else np.array([total])
    gap = total / count * 0.4
    middle = travelled[(travelled > start[-1] + gap) & (travelled < end[0] - gap)]
    inset = cap_start * (1 - np.sin(angle)) if cap_start else np.array([0.0])
    outset = (cap_end * (1 - np.sin(angle)))[::-1] if cap_end else np.array([0.0])
    return np.concatenate([start, middle, end]), np.concatenate([inset, np.zeros(len(middle)), outset])


def _values(keys: Keys, fraction: Array) -> Array:
    return np.full_like(fraction, keys) if isinstance(keys, (int, float)) else keyed(fraction, keys)


def bar(
    path: Array,
    width: Keys,
    height: Keys,
    *,
    corner: float | None = 0.3,
    stations: int = 16,
    steps: int = 2,
    cap_start: float = 0.0,
    cap_end: float = 0.0,
    up: tuple[float, float, float] = UP,
    start_plane: Array | None = None,
) -> Mesh:
    """Build a closed solid bar along a path.

    Args:
        path: (n, 3) dense polyline.
        width: Full width (along up × tangent): a number, or keys (fraction of length, mm).
        height: Full height towards `up`, likewise.
        corner: Corner radius as a fraction of the smaller side (< 0.5); None for an elliptic profile.
        stations: Number of profiles along the path, without those of the caps.
        steps: Segments per corner; an ellipse has 4 × (steps + 1) points, as a rectangle has.
        cap_start: Rounding radius of the first end, mm.
        cap_end: Rounding radius of the last end, mm.
        up: Direction of the top of the profile; never along the path.
        start_plane: Unit normal of the plane in which the bar starts, for a mitre; or None.
    """
    at, inset = _stations(path, stations, cap_start, cap_end)
    spine = at_length(path, at)
    fraction = at / at[-1]
    wide = np.maximum(_values(width, fraction) - 2 * inset, 0.04)
    tall = np.maximum(_values(height, fraction) - 2 * inset, 0.04)
    if corner is None:
        profile = ellipses(wide, tall, 4 * (steps + 1))
    else:
        profile = rounded_rectangles(wide, tall, corner * np.minimum(wide, tall), steps)
    tangent, side, top = frames(spine, up)
    rings = spine[:, None] + profile[..., :1] * side[:, None] + profile[..., 1:] * top[:, None]
    if start_plane is not None:
        rings = _mitred(rings, spine, tangent, np.asarray(start_plane, dtype=np.float64))
    return loft(rings)


def _mitred(rings: Array, spine: Array, tangent: Array, normal: Array) -> Array:
    """Slide the first ring along the path into the plane, and the second one where it would be overtaken."""
    direction = tangent[0]
    slide = ((spine[0] - rings[0]) @ normal) / float(direction @ normal)
    moved = rings.copy()
    moved[0] += slide[:, None] * direction
    room = np.linalg.norm(spine[1] - spine[0])
    moved[1] += (np.maximum(slide - 0.5 * room, 0.0))[:, None] * direction
    return moved


def wire(path: Array, diameter: Keys, *, stations: int = 14, sides: int = 8, cap: float = 0.0) -> Mesh:
    """Build a round wire along a path, without twist."""
    at, inset = _stations(path, stations, cap, cap)
    spine = at_length(path, at)
    thick = np.maximum(_values(diameter, at / at[-1]) - 2 * inset, 0.04)
    tangent = np.gradient(spine, at, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(tangent[0], [0.31, 0.9, 0.2])
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    rings = []
    for center, forward, size in zip(spine, tangent, thick, strict=True):
        side = side - forward * float(side @ forward)
        side /= np.linalg.norm(side)
        top = np.cross(forward, side)
        rings.append(center + size / 2 * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * top))
    return loft(np.array(rings))


def rim(loop: Array, profile: Array) -> Mesh:
    """Build a closed rim along a plane loop, in flat space.

    Args:
        loop: (n, 2) closed curve.
        profile: (m, 2) closed profile as (outwards from the loop, out of the front), mm.
    """
    normal = outward_normals(loop)
    shapes = np.broadcast_to(profile, (len(loop), *profile.shape))
    plane = loop[:, None] + shapes[..., :1] * normal[:, None]
    return ring_solid(np.concatenate([plane, shapes[..., 1:]], axis=2))
