"""Colours of a frame at landmarks, each averaged over a neighbourhood."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.color import linear_from_srgb
from arpipe.render.view import Region
from arpipe.types import Frame, Pixels

UNSEEN = 0.2  # linear light of points in a crop too small to average


def crop_around(points_px: npt.NDArray[np.floating], margin_px: int, frame: Frame) -> Region:
    """Return the part of a frame around (n, 2) points in image px; empty if they all lie outside."""
    beyond = max(margin_px, 1)
    low = np.maximum(np.floor(points_px.min(axis=0)).astype(int) - margin_px, 0)
    high = np.minimum(np.ceil(points_px.max(axis=0)).astype(int) + beyond, (frame.width, frame.height))
    (x, y), (width, height) = low.tolist(), (high - low).tolist()
    return Region(x, y, width, height)


def sample_grid(frame: Frame, crop: Region, step_px: int) -> Pixels:
    """Return (rows, columns, 3) pixels of a crop that are `step_px` apart, each the mean over 3 × 3 of them."""
    pixels = np.ascontiguousarray(frame.part((crop.rows, crop.columns))[::step_px, ::step_px])
    return np.asarray(cv2.blur(pixels, (3, 3)), np.uint8)


def sample_colors(frame: Frame, points_px: npt.NDArray[np.floating], crop: Region, step_px: int) -> Array:
    """Sample linear colours, each the mean over 3 × 3 pixels that are `step_px` apart.

    Args:
        frame: The frame.
        points_px: (n, 2) image px; those outside the crop take the colour of its edge.
        crop: Part of the frame to look at, see `crop_around`.
        step_px: Distance of the pixels.

    Returns:
        (n, 3) linear light.
    """
    if min(crop.width, crop.height) < 2:
        return np.full((len(points_px), 3), UNSEEN)
    smooth = sample_grid(frame, crop, step_px)
    place = np.rint((points_px - (crop.x, crop.y)) / step_px).astype(int)
    place = np.clip(place, 0, (smooth.shape[1] - 1, smooth.shape[0] - 1))
    return linear_from_srgb(smooth[place[:, 1], place[:, 0]])
