"""Finds the square that shows the same subject as another."""

from collections.abc import Sequence

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.types import Roi


def best_match(roi: Roi, others: Sequence[Roi], min_overlap: float, core: float = 1.0) -> int | None:
    """Return the index of the square that overlaps `roi` most; None if no overlap exceeds `min_overlap`.

    Overlap is the intersection over union of the squares rotated upright.

    Args:
        roi: The square.
        others: Squares to choose from.
        min_overlap: Overlap that must be exceeded.
        core: Share of the sides that is compared, around the centres.
    """
    if not others:
        return None
    shared = overlap(_boxes([roi], core)[0], _boxes(others, core))
    best = int(np.argmax(shared))
    return best if shared[best] > min_overlap else None


def _boxes(rois: Sequence[Roi], core: float) -> Array:
    """Return (n, 4) x0, y0, x1, y1 of the cores of squares, px."""
    centers_px = np.array([roi.center_px for roi in rois])
    half_px = np.array([[roi.size_px] for roi in rois]) * (core / 2.0)
    return np.hstack([centers_px - half_px, centers_px + half_px])
