"""Turns the level of a condition into its beginning and end: averaging, hysteresis, hold and rest.

All times are in seconds and each frame stands for the time since the frame before, so that a movement triggers at any
frame rate.
"""

from collections import deque
from math import inf, isfinite
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_INTERVAL_S = 0.25  # for which a frame can stand; a longer gap is a pause of the stream
TOLERANCE_S = 1e-3  # frame times are rounded to ms in many files

Edge = Literal["start", "end"]


class TriggerTimes(BaseModel):
    """When a condition begins and ends.

    Attributes:
        on: Average level at which it begins.
        off: Average level below which it ends.
        smooth_s: Time over which the level is averaged, s; 0 for none.
        hold_s: How long the average must stay at `on` before it begins, s; three frames at 30 Hz by default.
        rest_s: How long it cannot begin again after it has ended, s.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    on: float = Field(default=0.7, gt=0, le=1)
    off: float = Field(default=0.5, ge=0, le=1)
    smooth_s: float = Field(default=0.2, ge=0, le=10)
    hold_s: float = Field(default=0.1, ge=0, le=60)
    rest_s: float = Field(default=0.5, ge=0, le=3600)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.off > self.on:
            raise ValueError(f"off must not be above on, got off={self.off:g} and on={self.on:g}")
        return self

    @property
    def instant(self) -> "TriggerTimes":
        """The same without averaging and hold, for what lasts one frame."""
        return self.model_copy(update={"smooth_s": 0.0, "hold_s": 0.0})

    @property
    def for_steady(self) -> "TriggerTimes":
        """The same without the averaging and hold that nobody asked for, for what is steady by itself."""
        defaults = {"smooth_s", "hold_s"} - self.model_fields_set
        return self.model_copy(update=dict.fromkeys(defaults, 0.0))


class FrameIntervals:
    """The time that each frame stands for: since the frame before."""

    def __init__(self) -> None:
        self._last_s: float | None = None

    def goes_back(self, time_s: float) -> bool:
        """Whether a frame is before the last one, so that it begins another stream."""
        return self._last_s is not None and time_s < self._last_s

    def until(self, time_s: float) -> float:
        """Return the interval up to a frame, s; 0 for the first frame of a stream, and where a time is not a number."""
        if not isfinite(time_s):
            return 0.0
        last_s, self._last_s = self._last_s, time_s
        return 0.0 if last_s is None else min(time_s - last_s, MAX_INTERVAL_S)

    def clear(self) -> None:
        """Forget all frames."""
        self._last_s = None


class TimeAverage:
    """Average of a level over the last `window_s` seconds, weighted by the time that each frame stands for."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[float, float]] = deque()  # interval, s, and level; the newest is last
        self._total_s = 0.0

    def add(self, level: float, interval_s: float) -> float:
        """Take a frame into account that stands for an interval; returns the average."""
        self._samples.append((interval_s, level))
        self._total_s += interval_s
        while len(self._samples) > 1 and self._total_s - self._samples[0][0] >= self._window_s - TOLERANCE_S:
            self._total_s -= self._samples.popleft()[0]
        if self._total_s <= 0.0:
            return level
        return sum(interval_s * level for interval_s, level in self._samples) / self._total_s

    def clear(self) -> None:
        """Forget all frames."""
        self._samples.clear()
        self._total_s = 0.0


class Trigger:
    """Follows a condition over time.

    Args:
        times: When it begins and ends.

    Attributes:
        is_on: Whether it holds now.
        level: The latest average.
    """

    def __init__(self, times: TriggerTimes) -> None:
        self.is_on, self.level = False, 0.0
        self._times = times
        self._intervals, self._average = FrameIntervals(), TimeAverage(times.smooth_s)
        self._held_s, self._rests_until_s = 0.0, -inf

    def update(self, level: float, time_s: float) -> Edge | None:
        """Take a frame into account.

        Args:
            level: How well the condition holds, in [0, 1].
            time_s: Time of the frame; one before the last frame's begins another stream.

        Returns:
            "start" or "end" if it has begun or ended with this frame.
        """
        if self._intervals.goes_back(time_s):
            self.reset()
        interval_s = self._intervals.until(time_s)
        self.level = self._average.add(level, interval_s)
        return self._end(time_s) if self.is_on else self._begin(time_s, interval_s)

    def reset(self) -> None:
        """Forget the stream."""
        self.is_on, self.level = False, 0.0
        self._intervals.clear()
        self._average.clear()
        self._held_s, self._rests_until_s = 0.0, -inf

    def _begin(self, time_s: float, interval_s: float) -> Edge | None:
        if self.level < self._times.on:
            self._held_s = 0.0
            return None
        self._held_s += interval_s
        if self._held_s < self._times.hold_s - TOLERANCE_S or time_s < self._rests_until_s:
            return None
        self.is_on, self._held_s = True, 0.0
        return "start"

    def _end(self, time_s: float) -> Edge | None:
        if self.level >= self._times.off:
            return None
        self.is_on = False
        self._rests_until_s = time_s + self._times.rest_s
        return "end"
