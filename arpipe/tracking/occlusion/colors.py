"""Which colours are skin and which are hair: densities of one person's colours, baked into a table.

The densities are histograms in Lab, smoothed by Gaussian kernels. Three classes compete for each colour: skin, hair
(whatever surrounds the face from above), and anything else, which is equally likely everywhere.
"""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.types import Pixels, Points

BINS = 32
LOWEST_CHROMA, CHROMA_STEP = 80, 3  # 8-bit a and b of skin and hair lie in 80 … 176; others count as extreme
LIGHTNESS_KERNEL, CHROMA_KERNEL = 1.6, 1.2  # standard deviations of the smoothing, bins: 13 levels, and 4
CUT_OFF = 4.0  # standard deviations
SKIN_PRIOR, HAIR_PRIOR = 0.7, 0.3
OTHER_DENSITY = 1.2e-5  # per bin; half of a uniform density
MIN_SEEDS = 40  # pixels; fewer say nothing
ONLY = np.ones((1, 1), np.float32)  # kernel along an axis that is not smoothed
MAX_OVERLAP = 0.55  # of both densities, above which skin and hair cannot be told apart

Indices = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class ColorTable:
    """Posterior probabilities by colour.

    Attributes:
        skin, hair: (BINS³,) float32.
        overlap: In [0, 1], of the densities of skin and hair; 0 if they have no colour in common.
    """

    skin: Points
    hair: Points
    overlap: float


class ColorModel:
    """Densities of a person's colours, averaged over time."""

    def __init__(self) -> None:
        self._skin: Points | None = None
        self._hair: Points | None = None

    def learn(self, colors: Indices, skin: Weights, hair: Weights, pull: float) -> ColorTable | None:
        """Learn from a crop; returns the new table, or None while there are too few seeds of skin.

        Args:
            colors: (n,) bins of pixels, see `bin_colors`.
            skin: (n,) weights of pixels that probably are skin.
            hair: (n,) weights of pixels that probably are hair.
            pull: Weight of this crop in the running mean.
        """
        if skin.sum() < MIN_SEEDS:
            return None if self._skin is None else self._table()
        self._skin = _mix(self._skin, _density(colors, skin), pull)
        if hair.sum() >= MIN_SEEDS:
            self._hair = _mix(self._hair, _density(colors, hair), pull)
        return self._table()

    def _table(self) -> ColorTable | None:
        if self._skin is None:
            return None
        hair_density = np.zeros_like(self._skin) if self._hair is None else self._hair
        skin, hair = SKIN_PRIOR * self._skin, HAIR_PRIOR * hair_density
        total = skin + hair + np.float32(OTHER_DENSITY)
        overlap = float(np.sqrt(self._skin * hair_density).sum())
        return ColorTable(skin / total, hair / total, overlap)


def bin_colors(lab: Pixels) -> Indices:
    """Return (h, w) bins of (h, w, 3) 8-bit Lab colours."""
    lightness, a, b = cv2.split(np.asarray(cv2.LUT(lab, _bins_of_levels()), np.uint8))
    binned = np.multiply(lightness, BINS * BINS, dtype=np.int32)
    binned += np.multiply(a, BINS, dtype=np.int32)
    binned += b
    return binned


@cache
def _bins_of_levels() -> Pixels:
    """Return (1, 256, 3) the bin of each level of lightness, a and b."""
    levels = np.arange(256)
    chroma = np.clip((levels - LOWEST_CHROMA) // CHROMA_STEP, 0, BINS - 1)
    return np.stack([levels * BINS // 256, chroma, chroma], axis=-1).astype(np.uint8)[None]


@cache
def _kernel(deviation: float) -> Points:
    """Return the (n, 1) weights of a Gaussian, cut off where they would become subnormal numbers, which are slow."""
    reach = math.ceil(CUT_OFF * deviation)
    return np.asarray(cv2.getGaussianKernel(2 * reach + 1, deviation, cv2.CV_32F), np.float32)


def _density(colors: Indices, weights: Weights) -> Points:
    """Return the (BINS³,) smoothed histogram of weighted pixels; its sum is 1."""
    counts = np.bincount(colors, weights, BINS**3).astype(np.float32)
    chroma = _kernel(CHROMA_KERNEL)
    counts = _smooth(counts.reshape(BINS, -1), ONLY, _kernel(LIGHTNESS_KERNEL))
    counts = _smooth(counts.reshape(-1, BINS), chroma, ONLY)
    a_first = np.ascontiguousarray(counts.reshape(BINS, BINS, BINS).swapaxes(0, 1))
    a_first = _smooth(a_first.reshape(BINS, -1), ONLY, chroma)
    counts = a_first.reshape(BINS, BINS, BINS).swapaxes(0, 1).reshape(-1)
    return np.asarray(counts / counts.sum(), np.float32)


def _smooth(counts: Points, along_rows: Points, along_columns: Points) -> Points:
    """Smooth along both axes; OpenCV's filters do not wait for threads of a busy machine, as BLAS does."""
    smooth = cv2.sepFilter2D(counts, -1, along_rows, along_columns, borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float32)


def _mix(before: Points | None, now: Points, pull: float) -> Points:
    return now if before is None else before + np.float32(pull) * (now - before)
