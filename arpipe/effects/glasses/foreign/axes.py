"""Finds the orientation of glasses in their file: which axis goes across, which is up, and where the front is.

All that is assumed is that they are glasses. They are symmetric in one axis, which is not the shortest. Seen in
the middle, where there are no temples, they are flat: that direction is forward, and the front is at the end where the
middle is. The bridge and the hinges are in the upper half, and temples bend down behind the ears.
"""

from dataclasses import dataclass

import numpy as np

from arpipe.effects.glasses.object_file import UNITS_M
from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array

UNIT_WIDTHS_M = (0.1, 0.2)  # glasses of children, and oversized ones with temples spread
USUAL_WIDTH_M = 0.14

CELLS = 40  # along the longest side, to compare a shape with its mirror image
MIN_SYMMETRY = 0.3  # glasses have 0.94 and more, with folded temples, which overlap unevenly, 0.64
ALIGNED_SYMMETRY = 0.5  # in an axis of the file; then the file's axes are kept
MIN_ACROSS = 0.7  # of the longest side
CENTRAL = 0.3  # share of the width to each side of the middle, where open temples do not reach
IS_OPEN = 0.5  # of the width; folded glasses are less deep
LEAST = 1e-30  # keeps divisions by the extent of flat shapes finite
MIDDLE = 0.03  # of the width to each side
HEIGHTS = (0.1, 0.75)  # of the width
MAX_CENTRAL_DEPTH = 0.3  # of the width, with folded temples behind the front
MAX_FILLED = 0.05  # of the surface, in the space of the head behind open glasses


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """Orientation of glasses in their file.

    Attributes:
        rotation: (3, 3) from the file's axes to x left, y up, z forward.
        width: Extent in x, in the file's unit.
        is_open: Whether the temples point backwards.
    """

    rotation: Array
    width: float
    is_open: bool


def find_stance(points: Array) -> Stance:
    """Find the axes of glasses.

    Args:
        points: (n, 3) points spread evenly over the surface.

    Raises:
        GltfError: The points do not have the shape of glasses.
    """
    alignment, points, across = _aligned(points)
    extent = np.ptp(points, axis=0)
    width = float(extent[across])
    central = points[np.abs(points[:, across]) < CENTRAL * width]
    others = [axis for axis in range(3) if axis != across]
    depths = {axis: float(np.ptp(np.percentile(central[:, axis], (1, 99)))) for axis in others}
    ahead, up = sorted(others, key=lambda axis: depths[axis])
    is_open = float(extent[ahead]) > IS_OPEN * width
    forward = np.zeros(3)
    forward[ahead] = _forward_sign(points, central, ahead, up, is_open)
    upward = np.zeros(3)
    upward[up] = 1.0
    rotation = np.stack([np.cross(upward, forward), upward, forward])
    if _up_score(points @ rotation.T, width) < 0.0:
        rotation = np.stack([np.cross(-upward, forward), -upward, forward])
    _check_shape(points @ rotation.T, width)
    return Stance(rotation @ alignment, width, is_open)


def find_unit(width: float) -> tuple[str, float]:
    """Return the unit in which a width suits glasses, and its length in m; "" for none."""
    for unit, metres in UNITS_M.items():
        if UNIT_WIDTHS_M[0] <= width * metres <= UNIT_WIDTHS_M[1]:
            return unit, metres
    return "", USUAL_WIDTH_M / width


def _aligned(points: Array) -> tuple[Array, Array, int]:
    """Return a rotation, the points under it about the middle of their box, and the axis across.

    The file's own axes are kept if the glasses are symmetric in one of them; else they are turned upright.
    """
    best = (0.0, np.eye(3), points, 0)
    for turn in (lambda _: np.eye(3), _principal_axes):
        rotation = turn(points)
        turned = points @ rotation.T
        turned -= (turned.min(axis=0) + turned.max(axis=0)) / 2.0
        symmetry, across = _axis_across(turned)
        if symmetry > best[0]:
            best = (symmetry, rotation, turned, across)
        if symmetry > ALIGNED_SYMMETRY:
            break
    if best[0] < MIN_SYMMETRY:
        raise GltfError("is not symmetric, as glasses are; remove everything that does not belong to them")
    return best[1:]


def _principal_axes(points: Array) -> Array:
    """Return the (3, 3) rotation to axes of symmetry, the normal of the front being one of them.

    The axis across is exactly a principal one of a symmetric shape; the two others are those of the middle alone,
    which has no temples.
    """
    centered = points - points.mean(axis=0)
    axes = np.linalg.eigh(np.cov(centered.T))[1].T
    turned = centered @ axes.T
    turned -= (turned.min(axis=0) + turned.max(axis=0)) / 2.0
    across = _axis_across(turned)[1]
    central = turned[np.abs(turned[:, across]) < CENTRAL * np.ptp(turned[:, across])]
    others = [axis for axis in range(3) if axis != across]
    inner = np.linalg.eigh(np.cov(central[:, others].T))[1].T
    rotation = np.stack([axes[across], *(inner @ axes[others])])
    return rotation if np.linalg.det(rotation) > 0.0 else rotation * [[-1.0], [1.0], [1.0]]


def _axis_across(points: Array) -> tuple[float, int]:
    """Return the greatest symmetry of a long axis, and the axis; the points' box is about the origin."""
    extent = np.ptp(points, axis=0)
    candidates = [axis for axis in range(3) if extent[axis] >= MIN_ACROSS * extent.max()]
    cell = float(extent.max()) / CELLS
    return max((_symmetry(points, axis, cell), axis) for axis in candidates)


def _symmetry(points: Array, axis: int, cell: float) -> float:
    """Return the share of occupied cells that are occupied in the mirror image, too."""
    cells = np.floor(points / cell).astype(np.int64) + 2 * CELLS
    mirrored = points.copy()
    mirrored[:, axis] *= -1.0
    images = np.floor(mirrored / cell).astype(np.int64) + 2 * CELLS
    weights = np.array([1, 4 * CELLS, 16 * CELLS**2])
    own, image = np.unique(cells @ weights), np.unique(images @ weights)
    return len(np.intersect1d(own, image)) / len(np.union1d(own, image))


def _forward_sign(points: Array, central: Array, ahead: int, up: int, is_open: bool) -> float:
    """Return on which side of the axis the front is."""
    if is_open:
        return 1.0 if float(np.median(central[:, ahead])) > 0.0 else -1.0
    # Folded temples are narrow bands behind a front that is higher than they are; the front's own ends bend back.
    across = 3 - ahead - up
    distances = np.abs(points - np.median(points, axis=0))
    depth = points[:, ahead] - points[:, ahead].mean()
    spread = {
        axis: float(depth @ distances[:, axis]) / max(float(distances[:, axis].std()), LEAST)
        for axis in (up, across)
    }
    return 1.0 if spread[up] >= spread[across] else -1.0


def _up_score(points: Array, width: float) -> float:
    """Return a positive number if y points up: where bridge and temples are relative to the front, and temples bend."""
    x, y, z = points.T
    side = np.abs(x) / width
    front = (side > 0.08) & (side < CENTRAL)
    low, high = np.percentile(y[front], (2, 98))
    height, middle = max(float(high - low), LEAST), float(low + high) / 2.0
    score = 0.0
    bridge = y[side < 0.03]
    if len(bridge):
        score += (float(np.median(bridge)) - middle) / height
    far = side > 0.42
    behind = y[far & (z < np.percentile(z[front], 2))]
    if len(behind):
        score += (float(np.median(behind)) - middle) / height
    back = far & (z < z.min() + 0.1 * float(np.ptp(z)))
    straight = far & (z > z.min() + 0.5 * float(np.ptp(z))) & (z < z.max() - 0.15 * float(np.ptp(z)))
    if back.any() and straight.any():
        score += (float(np.median(y[straight])) - float(np.median(y[back]))) / height
    return score


def _check_shape(points: Array, width: float) -> None:
    """Refuse shapes that are symmetric but do not have the proportions of glasses."""
    x, y, z = points.T
    if not (np.abs(x) < MIDDLE * width).any():
        raise GltfError(
            "has nothing in its middle, where the bridge of glasses is; export a single pair, with its bridge"
        )
    central = np.abs(x) < CENTRAL * width
    height = float(np.ptp(np.percentile(y[central], (1, 99)))) / width
    depth = float(np.ptp(np.percentile(z[central], (1, 99)))) / width
    back = z < z.max() - 0.4 * width
    filled = float((back & (np.abs(x) < 0.2 * width)).mean())
    if not HEIGHTS[0] <= height <= HEIGHTS[1] or depth > MAX_CENTRAL_DEPTH or filled > MAX_FILLED:
        raise GltfError(
            f"does not have the shape of glasses: its front is {height:.2f} times as high and {depth:.2f} times as "
            f"deep as wide, and {filled:.0%} of it are where the head would be; remove everything else from the "
            "file, such as a head or a stand"
        )
