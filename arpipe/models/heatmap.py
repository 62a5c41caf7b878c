"""Refines landmarks with the heat maps that a network gives along with them."""

import numpy as np

from arpipe.models.ssd import probability
from arpipe.types import Points

# Radius of the window around a landmark, cells. MediaPipe 0.10.21 agrees to 0.001 % of a body with this 9 x 9 window,
# and to 0.1 % with the 7 x 7 that its sources name; see tests/models/test_body_parity.py.
REACH = 4
MIN_CONFIDENCE = 0.5  # a window without any such cell leaves its landmark unchanged


def refine(points: Points, heatmaps: Points) -> Points:
    """Move each landmark to the centre of mass of its heat map around it.

    Args:
        points: (n, 2) x, y as shares of the crop's side.
        heatmaps: (rows, columns, n) logits over the same crop.

    Returns:
        (n, 2) refined points. A landmark outside the crop, or whose map is faint, is left unchanged.
    """
    rows, columns, _ = heatmaps.shape
    refined = points.copy()
    for number, (x, y) in enumerate(points.tolist()):
        column, row = int(x * columns), int(y * rows)
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        top, left = max(row - REACH, 0), max(column - REACH, 0)
        window = probability(heatmaps[top : row + REACH + 1, left : column + REACH + 1, number])
        if window.max() < MIN_CONFIDENCE:
            continue
        mass = window.sum()
        across = left + np.arange(window.shape[1])
        down = top + np.arange(window.shape[0])
        refined[number] = (
            (window.sum(axis=0) @ across) / (columns * mass),
            (window.sum(axis=1) @ down) / (rows * mass),
        )
    return refined
