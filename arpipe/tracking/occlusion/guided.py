"""Guided filter: gives a rough map the edges of a picture (He, Sun, Tang: "Guided image filtering")."""

import cv2
import numpy as np

from arpipe.types import Points

VARIANCE = 1.5e-3  # of the guide in [0, 1], below which a window counts as uniform and the map is averaged


class GuidedFilter:
    """Filters maps along the edges of one picture, whose statistics are computed once.

    Args:
        guide: (h, w) float32 grey picture in [0, 1].
        radius: Half the width of a window, px.

    Attributes:
        guide: As given.
    """

    def __init__(self, guide: Points, radius: int) -> None:
        self.guide = guide
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._mean = self._average(guide)
        spread = self._average(guide * guide) - self._mean * self._mean
        self._spread: Points = (spread + VARIANCE).astype(np.float32)

    def apply(self, rough: Points) -> Points:
        """Return a (h, w) map in [0, 1] with the picture's edges."""
        mean = self._average(rough)
        covariance = self._average(self.guide * rough) - self._mean * mean
        factor = np.asarray(covariance / self._spread, np.float32)
        constant = mean - factor * self._mean
        filtered = self._average(factor) * self.guide + self._average(constant)
        return np.asarray(np.clip(filtered, 0.0, 1.0), np.float32)

    def _average(self, values: Points) -> Points:
        return np.asarray(cv2.blur(values, self._window), np.float32)
