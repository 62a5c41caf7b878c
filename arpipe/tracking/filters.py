"""One-euro filter for many points at once: steady at rest, with little lag in motion."""

import math

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.geometry.transforms import Array
from arpipe.types import Points

FIRST_INTERVAL_S = 1.0 / 30.0  # assumed until two usable timestamps have given the interval
TREMOR = 0.3  # object sizes per second: common motion of all points that still counts as rest
RESTART_AFTER_S = 1.0  # after such a gap the filter starts anew


class OneEuroConfig(BaseModel):
    """Strength of smoothing.

    The defaults are for faces, measured against MediaPipe's 0.05, 80, 1 in tests/perf/face_smoothing.py.

    Attributes:
        min_cutoff: Cut-off frequency of a point at rest, Hz; lower is steadier.
        beta: Rise of the cut-off with speed, Hz per object size per second; higher lags less.
        derivate_cutoff: Cut-off frequency of the speed estimate, Hz; higher reacts earlier to the start of a motion.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_cutoff: float = Field(default=0.05, gt=0, allow_inf_nan=False)
    beta: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    derivate_cutoff: float = Field(default=2.0, gt=0, allow_inf_nan=False)


class OneEuroFilter:
    """Smooths the points of one object, frame after frame.

    All coordinates of a point share one cut-off, which follows from its speed in the image: a filter per coordinate
    would lag wherever the path turns, and would let the noise of the depth through.

    Args:
        config: Strength of smoothing.
    """

    def __init__(self, config: OneEuroConfig) -> None:
        self._config = config
        self._interval_s = FIRST_INTERVAL_S
        self._time_s = -math.inf
        self._raw: Array | None = None
        # (2 or more, n), coordinates first: NumPy is slow along a short last axis.
        self._smooth: Array = np.zeros((2, 0))
        self._velocity: Array = np.zeros((2, 0))

    def apply(self, points: Points, time_s: float, size: float) -> Points:
        """Smooth the points of one frame.

        Args:
            points: (n, 2 or more) x, y and further coordinates; another n starts the filter anew.
            time_s: Time of the measurement. A time that does not rise counts as one usual interval later; after a gap
                of more than `RESTART_AFTER_S` the filter starts anew.
            size: Size of the object, > 0, in the unit of the points; speed is measured in sizes per second.

        Returns:
            The smoothed points, float32, of the same shape.
        """
        raw = np.ascontiguousarray(points.T, dtype=np.float64)
        interval_s = self._interval(time_s)
        if self._raw is None or self._raw.shape != raw.shape or interval_s > RESTART_AFTER_S:
            self._smooth, self._velocity = raw, np.zeros_like(raw[:2])
        else:
            velocity = (raw[:2] - self._raw[:2]) / (interval_s * size)
            gain = float(_gain(self._config.derivate_cutoff, interval_s))
            self._velocity = self._velocity + gain * (velocity - self._velocity)
            speed = np.hypot(*self._velocity)
            # Where a motion reverses, the estimate passes zero later than the object. The mean velocity of all points
            # has hardly any noise, so it shows at once that the object moves.
            speed = np.maximum(speed, float(np.hypot(*velocity.mean(axis=1))) - TREMOR)
            gains = _gain(self._config.min_cutoff + self._config.beta * speed, interval_s)
            self._smooth = self._smooth + gains * (raw - self._smooth)
        self._raw = raw
        return np.ascontiguousarray(self._smooth.T, dtype=np.float32)

    def _interval(self, time_s: float) -> float:
        """Return the seconds since the last call, > 0."""
        interval_s = time_s - self._time_s
        self._time_s = time_s
        if not 0 < interval_s < math.inf:
            return self._interval_s
        if interval_s <= RESTART_AFTER_S:
            self._interval_s = interval_s
        return interval_s


def _gain(cutoff_hz: float | Array, interval_s: float) -> float | Array:
    """Return the weight of the new value in a first-order low-pass filter."""
    turn = 2.0 * math.pi * interval_s * cutoff_hz
    return turn / (1.0 + turn)
