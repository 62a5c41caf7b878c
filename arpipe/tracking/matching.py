"""Finds the square that shows the same subject as another."""

from collections.abc import Sequence

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.types import Roi


def best_match(roi: Roi, others: Sequence[Roi], min_overlap: float) -> int | None:
    """Return the index of the square that overlaps `roi` most; None if no overlap exceeds `min_overlap`.

    Overlap is the intersection over union of the squares rotated upright.
    """
    if not others:
        return None
    shared = overlap(_box(roi), np.stack([_box(other) for other in others]))
    best = int(np.argmax(shared))
    return best if shared[best] > min_overlap else None


def _box(roi: Roi) -> Array:
    return np.concatenate([roi.center_px - roi.size_px / 2.0, roi.center_px + roi.size_px / 2.0])
