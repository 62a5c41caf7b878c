"""UV unwrap and triangulation of the mean face."""

from dataclasses import dataclass

import numpy as np
from face.constrained import triangulate

from arpipe.geometry.transforms import Array

AXIS_Z_M = -0.045  # the axis of the cylinder is in the middle of the head
MOUTH_GAP_M = 0.012  # the lips are parted in the unwrap, so that the mouth is a hole
EYE_GAIN = 1.35  # lids are spread, for more texture for liner and shadow
MARGIN = 0.03  # empty border of the unwrap


@dataclass(frozen=True, slots=True)
class Surface:
    """`uv` (n, 2) in [0, 1]; `triangles` (t, 3) with holes; `patches` name → (k, 3) triangles that close them."""

    uv: Array
    triangles: np.ndarray
    patches: dict[str, np.ndarray]


def surface(points_m: Array, regions: dict[str, list[int]], irises: set[int]) -> Surface:
    """Unwrap and triangulate `points_m` (n, 3), x to the person's left and y up."""
    flat = _open_eyes(_open_mouth(_cylinder(points_m), regions), regions)
    body = np.array([i for i in range(len(points_m)) if i not in irises])
    rings = [regions[name] for name in ("lips_outer", "lips_inner", "left_eye", "right_eye", "face_oval")]
    edges = [pair for ring in rings for pair in zip(ring, ring[1:] + ring[:1], strict=True)]
    triangles = triangulate(flat, body, edges)
    centre = flat[triangles].mean(axis=1)
    triangles = triangles[_inside(centre, flat[regions["face_oval"]])]
    centre = flat[triangles].mean(axis=1)
    patches = {}
    for name, outline in (("left_eye", "left_eye"), ("right_eye", "right_eye"), ("mouth", "lips_inner")):
        ring = set(regions[outline])
        inside = _inside(centre, flat[regions[outline]]) & np.array(
            [set(t) <= ring for t in triangles.tolist()]
        )
        patches[name] = _outward(triangles[inside], points_m)
        triangles, centre = triangles[~inside], centre[~inside]
    return Surface(_to_unit(flat), _outward(triangles, points_m, flat), patches)


def _cylinder(points_m: Array) -> Array:
    x, y, z = points_m.T
    radius = np.hypot(x, z - AXIS_Z_M)
    angle = np.arctan2(x, z - AXIS_Z_M)
    return np.column_stack([angle * np.median(radius), y])


def _open_mouth(flat: Array, regions: dict[str, list[int]]) -> Array:
    """Move points below the line of the mouth down: most below its middle, not at all at its corners and the chin."""
    corner_a, corner_b = flat[78], flat[308]
    half = abs(corner_a[0] - corner_b[0]) / 2
    line_y, chin_y = (corner_a[1] + corner_b[1]) / 2, flat[152, 1]
    ring = regions["lips_inner"]
    lower = set(ring[1 : ring.index(308)])
    across = np.clip(1.0 - (flat[:, 0] / half) ** 2, 0.0, 1.0)
    depth = np.clip((flat[:, 1] - chin_y) / (line_y - chin_y), 0.0, 1.0)
    below = flat[:, 1] < line_y
    below[list(lower)] = True
    below[[i for i in ring if i not in lower]] = False
    opened = flat.copy()
    opened[:, 1] -= np.where(below, MOUTH_GAP_M * across * depth, 0.0)
    return opened


def _open_eyes(flat: Array, regions: dict[str, list[int]]) -> Array:
    """Stretch the opening of each eye vertically about the line of its corners, fading out over the lids."""
    opened = flat.copy()
    for name in ("left_eye", "right_eye"):
        ring = flat[regions[name]]
        middle, half = ring.mean(axis=0), np.ptp(ring[:, 0]) / 2
        offset = flat - middle
        near = np.exp(-((offset[:, 0] / half) ** 4) - (offset[:, 1] / (0.9 * half)) ** 4)
        opened[:, 1] += near * (EYE_GAIN - 1.0) * offset[:, 1]
    return opened


def _inside(points: Array, polygon: Array) -> np.ndarray:
    """Return which points are inside a polygon, by the even–odd rule."""
    x, y = points[:, 0, None], points[:, 1, None]
    a, b = polygon, np.roll(polygon, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_x = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / (b[:, 1] - a[:, 1]) + a[:, 0]
    inside: np.ndarray = (crosses & (x < at_x)).sum(axis=1) % 2 == 1
    return inside


def _outward(triangles: np.ndarray, points_m: Array, flat: Array | None = None) -> np.ndarray:
    """Orient triangles counter-clockwise when seen from outside, in the unwrap or, without one, from the front."""
    if flat is None:
        flat = points_m[:, :2]
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    # x is to the person's left, which is the viewer's right, so counter-clockwise is positive.
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    turned = triangles.copy()
    turned[area < 0] = turned[area < 0][:, ::-1]
    return turned


def _to_unit(flat: Array) -> Array:
    """Map to the unit square: u right, v down, one scale for both, centred, with a margin."""
    low, high = flat.min(axis=0), flat.max(axis=0)
    unit = (flat - (low + high) / 2) / (high - low).max() * (1.0 - 2.0 * MARGIN)
    return np.column_stack([0.5 + unit[:, 0], 0.5 - unit[:, 1]])
