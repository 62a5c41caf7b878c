"""Points, lines, outlines and axes, painted into a picture in place."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.draw.strokes import RGB, SUBPIXEL_BITS, fixed_point
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform
from arpipe.types import Pixels

AXIS_COLORS: tuple[RGB, RGB, RGB] = ((235, 70, 70), (80, 200, 90), (80, 130, 255))  # x, y, z
PX_PER_WIDTH = 350.0  # size of what is drawn, per pixel of the lines

_TURN = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
# Rounder than cv2.circle, which draws small discs as crosses.
RING = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)

Floats = npt.NDArray[np.floating]


def line_width(points_px: Floats) -> int:
    """Return a line width, px, that suits the extent of (n, 2 or more) points."""
    return max(1, round(float(np.ptp(points_px[:, :2], axis=0).max()) / PX_PER_WIDTH))


def paint_points(pixels: Pixels, points_px: Floats, color: RGB, radius_px: float) -> None:
    """Paint a disc at each of (n, 2) points."""
    for disc in fixed_point(points_px[:, np.newaxis] + radius_px * RING):
        cv2.fillConvexPoly(pixels, disc, color, cv2.LINE_AA, SUBPIXEL_BITS)


def paint_edges(
    pixels: Pixels,
    points_px: Floats,
    pairs: npt.NDArray[np.integer],
    color: RGB,
    width_px: int = 1,
    opacity: float = 1.0,
) -> None:
    """Paint a line for each of (e, 2) pairs of indices of (n, 2) points; lines that cross are not more opaque there."""
    low = np.clip(np.floor(points_px.min(axis=0)).astype(int) - width_px - 1, 0, None)
    high = np.ceil(points_px.max(axis=0)).astype(int) + width_px + 2
    place = pixels[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
    if 0 in place.shape:
        return
    lines = place if opacity >= 1.0 else place.copy()
    ends = fixed_point(points_px - low)[pairs]
    cv2.polylines(lines, list(ends), False, color, width_px, cv2.LINE_AA, SUBPIXEL_BITS)
    if lines is not place:
        cv2.addWeighted(lines, opacity, place, 1.0 - opacity, 0.0, dst=place)


def paint_outline(pixels: Pixels, points_px: Floats, color: RGB, width_px: int) -> None:
    """Paint a closed line through (n, 2) points."""
    cv2.polylines(pixels, [fixed_point(points_px)], True, color, width_px, cv2.LINE_AA, SUBPIXEL_BITS)


def paint_axes(
    pixels: Pixels,
    camera_from_object: RigidTransform,
    camera: CameraIntrinsics,
    length_m: float,
    width_px: int,
) -> None:
    """Paint the axes of an object, x red, y green, z blue, the farthest first; none if one ends behind the camera."""
    tips = camera_from_object.apply(np.vstack([np.zeros(3), np.eye(3) * length_m]))
    if (tips[:, 2] <= 0).any():
        return
    points = fixed_point(camera.project(tips))
    for axis in np.argsort(-tips[1:, 2]):
        cv2.line(pixels, points[0], points[axis + 1], AXIS_COLORS[axis], width_px, cv2.LINE_AA, SUBPIXEL_BITS)
