"""One-euro smoothing of many points at once: still when they rest, quick when they move."""

import math

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.geometry.transforms import Array
from arpipe.types import Points

FIRST_INTERVAL_S = 1.0 / 30.0  # stands in for an interval that no two usable timestamps have told yet
TREMOR = 0.3  # object sizes a second: a resting object's points may shake together as fast
RESTART_AFTER_S = 1.0  # after such a gap the old points say nothing about the new ones


class OneEuroConfig(BaseModel):
    """How much to smooth.

    The values are for faces; measured against MediaPipe's 0.05, 80, 1 in tests/perf/face_smoothing.py.

    Attributes:
        min_cutoff: Cut-off of a point at rest, Hz; lower is stiller.
        beta: Hz that the cut-off rises per object size and second of speed; higher lags less.
        derivate_cutoff: Cut-off of the speed estimate, Hz; higher notices the start of a movement earlier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_cutoff: float = Field(default=0.05, gt=0, allow_inf_nan=False)
    beta: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    derivate_cutoff: float = Field(default=2.0, gt=0, allow_inf_nan=False)


class OneEuroFilter:
    """Smooths the points of one object, frame after frame.

    A point has one cut-off, from its speed in the picture, for all its coordinates: a filter per coordinate lags
    wherever a curve turns, and lets the depth's own noise through.

    Args:
        config: How much.
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
        """Take one frame's points, give them smoothed.

        Args:
            points: (n, 2 or more) x, y and what goes with them; another n starts the filter anew.
            time_s: When they were measured. A time that does not rise is taken as one usual interval later;
                after a gap of more than `RESTART_AFTER_S` the filter starts anew.
            size: Of the object, > 0, in the unit of the points: speed is counted in sizes per second.
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
            # Where a swing turns back, the speed estimate passes zero after the object did: all points together
            # tell at once that it moves, as their mean has hardly any noise.
            speed = np.maximum(speed, float(np.hypot(*velocity.mean(axis=1))) - TREMOR)
            gains = _gain(self._config.min_cutoff + self._config.beta * speed, interval_s)
            self._smooth = self._smooth + gains * (raw - self._smooth)
        self._raw = raw
        return np.ascontiguousarray(self._smooth.T, dtype=np.float32)

    def _interval(self, time_s: float) -> float:
        """Seconds since the last call, > 0."""
        interval_s = time_s - self._time_s
        self._time_s = time_s
        if not 0 < interval_s < math.inf:
            return self._interval_s
        if interval_s <= RESTART_AFTER_S:
            self._interval_s = interval_s
        return interval_s


def _gain(cutoff_hz: float | Array, interval_s: float) -> float | Array:
    """Share of the new value in a first-order low pass."""
    turn = 2.0 * math.pi * interval_s * cutoff_hz
    return turn / (1.0 + turn)
