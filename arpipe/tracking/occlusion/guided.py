"""Guided filter: gives a rough map the edges of a picture (He, Sun, Tang: "Guided image filtering").

Its coefficients vary little from pixel to pixel, so they are computed at half the resolution (He, Sun: "Fast guided
filter"); the edges come from the full picture.
"""

import cv2
import numpy as np

from arpipe.types import Points

VARIANCE = 1.5e-3  # of the guide in [0, 1], below which a window counts as uniform and the map is averaged
SHRINK = 2


class GuidedFilter:
    """Filters maps along the edges of one picture, whose statistics are computed once.

    Args:
        guide: (h, w) float32 grey picture in [0, 1]; h and w are even.
        radius: Half the width of a window, px.

    Attributes:
        guide: As given.
    """

    def __init__(self, guide: Points, radius: int) -> None:
        self.guide = guide
        self._size = (guide.shape[1], guide.shape[0])
        self._coarse_size = (guide.shape[1] // SHRINK, guide.shape[0] // SHRINK)
        self._window = (2 * (radius // SHRINK) + 1,) * 2
        self._coarse = self._shrunk(guide)
        self._mean = self._average(self._coarse)
        self._spread = self._average(self._coarse * self._coarse)
        self._spread -= self._mean * self._mean
        self._spread += np.float32(VARIANCE)

    def apply(self, rough: Points) -> Points:
        """Return a (h, w) map in [0, 1] with the picture's edges; `rough` may have half its size."""
        factor, offset = self._coefficients(rough)
        return _blend(self._enlarged(factor), self.guide, self._enlarged(offset))

    def apply_coarse(self, rough: Points) -> Points:
        """Return as `apply`, at half the picture's size, which takes a third of the time."""
        factor, offset = self._coefficients(rough)
        return _blend(factor, self._coarse, offset)

    def _coefficients(self, rough: Points) -> tuple[Points, Points]:
        """Return factor and offset of the guide, by pixel of the coarse picture."""
        rough = rough if rough.shape == self._coarse.shape else self._shrunk(rough)
        mean = self._average(rough)
        factor = self._average(self._coarse * rough)
        factor -= self._mean * mean
        factor /= self._spread
        mean -= factor * self._mean
        return self._average(factor), self._average(mean)

    def _average(self, values: Points) -> Points:
        return np.asarray(cv2.blur(values, self._window), np.float32)

    def _shrunk(self, values: Points) -> Points:
        return np.asarray(cv2.resize(values, self._coarse_size, interpolation=cv2.INTER_AREA), np.float32)

    def _enlarged(self, values: Points) -> Points:
        return np.asarray(cv2.resize(values, self._size, interpolation=cv2.INTER_LINEAR), np.float32)


def _blend(factor: Points, guide: Points, offset: Points) -> Points:
    """Overwrite and return `factor`."""
    factor *= guide
    factor += offset
    return np.clip(factor, 0.0, 1.0, out=factor)
