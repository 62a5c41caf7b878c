"""Stage timing: durations of the stages of each frame, and their statistics.

The clock is a parameter, so that tests can use a fake one.
"""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise

Clock = Callable[[], float]
"""Returns monotonic seconds."""

FRAME_STAGE = "frame"
"""Name of the stage that spans a whole frame; tables list it last."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Distribution of the durations of a stage.

    Attributes:
        count: Number of measurements.
        mean_ms: Mean, ms.
        p50_ms, p90_ms, p95_ms, p99_ms: Linearly interpolated percentiles, ms.
        max_ms: Maximum, ms.
    """

    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    @property
    def fps(self) -> float:
        """Frames per second at the median duration, as if this stage were the only one."""
        return 1000.0 / self.p50_ms if self.p50_ms > 0 else float("inf")


def percentile(values: Sequence[float], fraction: float) -> float:
    """Compute a linearly interpolated percentile of unsorted values.

    Args:
        values: At least one value.
        fraction: The percentile, 0 to 1.

    Raises:
        ValueError: There are no values, or the fraction is outside [0, 1].
    """
    if not values:
        raise ValueError("percentile: expected at least one value, got none")
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"percentile: expected a fraction in [0, 1], got {fraction}")
    ordered = sorted(values)
    position = fraction * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def summarize(durations_ms: Sequence[float]) -> Summary:
    """Summarize durations, ms; raises ValueError if there are none."""
    return Summary(
        count=len(durations_ms),
        mean_ms=sum(durations_ms) / max(len(durations_ms), 1),
        p50_ms=percentile(durations_ms, 0.50),
        p90_ms=percentile(durations_ms, 0.90),
        p95_ms=percentile(durations_ms, 0.95),
        p99_ms=percentile(durations_ms, 0.99),
        max_ms=max(durations_ms),
    )


def frames_per_second(stamps_s: Sequence[float]) -> float:
    """Compute the mean rate of N time stamps, that is of N−1 intervals; 0.0 for fewer than two."""
    if len(stamps_s) < 2 or stamps_s[-1] <= stamps_s[0]:
        return 0.0
    return (len(stamps_s) - 1) / (stamps_s[-1] - stamps_s[0])


def low_frames_per_second(stamps_s: Sequence[float]) -> float:
    """Compute the 1 % low of N time stamps: the 99th percentile of N−1 intervals as a rate; 0.0 for fewer than two."""
    intervals_s = [later - earlier for earlier, later in pairwise(stamps_s)]
    slow_s = percentile(intervals_s, 0.99) if intervals_s else 0.0
    return 1.0 / slow_s if slow_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A timed block: stage `stage` of frame `frame` started at `start_s` and took `duration_ms`."""

    stage: str
    start_s: float
    duration_ms: float
    frame: int


class StageTimer:
    """Times the named stages of each frame.

    Not thread-safe: each thread of a pipeline has a timer of its own.

    Args:
        clock: Monotonic seconds.
        observer: Called with every finished span, or None.
    """

    def __init__(
        self, clock: Clock = time.perf_counter, observer: Callable[[Span], None] | None = None
    ) -> None:
        self.clock = clock
        self.observer = observer
        self.frame = -1
        self._current: dict[str, float] = {}

    def begin_frame(self, index: int) -> None:
        """Start a new frame and discard the stages of the last one."""
        self.frame = index
        self._current = {}

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Return a context manager that times a block; repeated stages of a frame add up."""
        return _Stage(self, name)

    def add(self, name: str, start_s: float, duration_ms: float) -> None:
        """Add a duration that was measured elsewhere, such as by a GPU query."""
        self._current[name] = self._current.get(name, 0.0) + duration_ms
        if self.observer is not None:
            self.observer(Span(name, start_s, duration_ms, self.frame))

    def beside(self) -> "StageTimer":
        """Return a timer for work on the same frame on another thread; `include` its stages where they belong to it."""
        timer = StageTimer(self.clock, self.observer)
        timer.begin_frame(self.frame)
        return timer

    def include(self, beside: "StageTimer") -> None:
        """Add the stages of a timer that `beside` returned, once its thread is done."""
        for name, duration_ms in beside.timings_ms.items():
            self._current[name] = self._current.get(name, 0.0) + duration_ms

    @property
    def timings_ms(self) -> dict[str, float]:
        """Durations of the current frame's stages, ms, in order of first use; a copy."""
        return dict(self._current)


class _Stage:
    """A timed block. A class rather than a generator-based context manager, which takes three times as long."""

    __slots__ = ("_name", "_start_s", "_timer")

    def __init__(self, timer: StageTimer, name: str) -> None:
        self._timer, self._name = timer, name

    def __enter__(self) -> None:
        self._start_s = self._timer.clock()

    def __exit__(self, *_: object) -> None:
        timer = self._timer
        timer.add(self._name, self._start_s, (timer.clock() - self._start_s) * 1000.0)


class TimingLog:
    """Collects the stage durations of all frames.

    Args:
        warm_up: Number of frames at the start that are not counted.

    Attributes:
        warm_up: As above.
        frames: Number of frames so far, with those of the warm-up.
    """

    def __init__(self, warm_up: int = 0) -> None:
        self.warm_up = warm_up
        self.frames = 0
        self._stages: dict[str, list[float]] = {}

    def record(self, timings_ms: dict[str, float]) -> None:
        """Add the stages of a frame."""
        self.frames += 1
        if self.frames <= self.warm_up:
            return
        self._place(timings_ms)
        for stage, duration_ms in timings_ms.items():
            self._stages[stage].append(duration_ms)

    def add(self, stage: str, duration_ms: float) -> None:
        """Add a duration that belongs to no frame, or to one whose other stages are in another log."""
        self._stages.setdefault(stage, []).append(duration_ms)

    def extend(self, other: "TimingLog") -> None:
        """Add the counted frames of another log."""
        self.frames += other.frames
        self._place(other.stages)
        for stage in other.stages:
            self._stages[stage].extend(other.durations_ms(stage))

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the stages, in the order in which frames use them."""
        return tuple(self._stages)

    def durations_ms(self, stage: str) -> list[float]:
        """Return all counted durations of a stage, ms; empty for an unknown stage."""
        return list(self._stages.get(stage, ()))

    def summaries(self) -> dict[str, Summary]:
        """Summarize each stage, in the order in which frames use them, the whole frame last."""
        ordered = sorted(self._stages, key=lambda name: name == FRAME_STAGE)
        return {name: summarize(self._stages[name]) for name in ordered}

    def _place(self, stages: Collection[str]) -> None:
        """Insert new stages of a frame before those that follow them: the first frames may lack a stage."""
        if self._stages.keys() >= set(stages):
            return
        names = list(self._stages)
        place = len(names)
        for stage in reversed([*stages]):
            if stage in names:
                place = names.index(stage)
            else:
                names.insert(place, stage)
        self._stages = {name: self._stages.get(name, []) for name in names}
