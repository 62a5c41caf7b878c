"""MediaPipe's filters: one-euro per coordinate, low pass of visibilities, masks by their uncertainty."""

import math

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.tracking.filters import OneEuroConfig
from arpipe.types import Points

FIRST_INTERVAL_S = 1.0 / 30.0
VISIBILITY_GAIN = 0.1  # share of the new visibility
MASK_MEMORY = 0.7  # share of the previous mask where the new one is quite uncertain

# The uncertainty of a probability p, 1 − (1 − H(p))² with the binary entropy H, as a polynomial in (p − ½)², lowest
# power first; from the published graph.
CERTAINTY = (5.68842, -0.748699, -57.8051, 291.309, -624.717)


class AxisOneEuroFilter:
    """Smooths each coordinate of each point by itself.

    Args:
        config: Cut-offs and slope.
    """

    def __init__(self, config: OneEuroConfig) -> None:
        self._config = config
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next points pass unchanged."""
        self._interval_s = FIRST_INTERVAL_S
        self._time_s: float | None = None
        self._raw: Array | None = None
        self._smooth: Array = np.zeros(0)
        self._velocity: Array = np.zeros(0)

    def apply(self, points: Points, time_s: float, size: float) -> Points:
        """Smooth the points of one frame.

        Args:
            points: (n, k) of the same n and k as before.
            time_s: When they were measured; later than before, otherwise they pass unchanged.
            size: Of the object, in the points' unit: speed is counted in sizes per second.
        """
        if self._time_s is not None:
            if time_s <= self._time_s:
                return points
            self._interval_s = time_s - self._time_s
        self._time_s = time_s
        raw = points.astype(np.float64)
        if self._raw is None:
            self._smooth, self._velocity = raw, np.zeros_like(raw)
        else:
            velocity = (raw - self._raw) / (size * self._interval_s)
            self._velocity += self._gain(self._config.derivate_cutoff) * (velocity - self._velocity)
            cutoff_hz = self._config.min_cutoff + self._config.beta * np.abs(self._velocity)
            self._smooth = self._smooth + self._gain(cutoff_hz) * (raw - self._smooth)
        self._raw = raw
        return self._smooth.astype(np.float32)

    def _gain(self, cutoff_hz: float | Array) -> float | Array:
        turn = 2.0 * math.pi * self._interval_s * cutoff_hz
        return turn / (1.0 + turn)


class LowPassFilter:
    """Smooths values by a fixed share of the new ones."""

    def __init__(self, gain: float = VISIBILITY_GAIN) -> None:
        self._gain = np.float32(gain)
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._smooth: Points | None = None

    def apply(self, values: Points) -> Points:
        """Smooth the values of one frame, of any but always the same shape."""
        self._smooth = values if self._smooth is None else self._smooth + self._gain * (values - self._smooth)
        return self._smooth


def steady_mask(mask: Points, previous: Points) -> Points:
    """Mix a mask with the previous one where it is uncertain.

    Args:
        mask: (h, w) float32 in [0, 1].
        previous: (h, w) the last result.
    """
    offset = mask - np.float32(0.5)
    square = offset * offset
    certainty = np.full_like(square, CERTAINTY[-1])
    for coefficient in CERTAINTY[-2::-1]:
        certainty *= square
        certainty += np.float32(coefficient)
    certainty *= square
    share = np.float32(MASK_MEMORY) * (1.0 - np.minimum(certainty, 1.0))
    return np.asarray(mask + share * (previous - mask), np.float32)
