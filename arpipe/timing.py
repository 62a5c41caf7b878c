"""Where the time goes: one timer for every stage of every frame.

`StageTimer` collects durations, `Summary` condenses them. The clock is a parameter, so tests use a fake one.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise

Clock = Callable[[], float]
"""Gives monotonic seconds."""

FRAME_STAGE = "frame"
"""Name of the stage that spans a whole frame; its row in a table stands last."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Distribution of one stage's duration.

    Attributes:
        count: Number of measurements.
        mean_ms, p50_ms, p90_ms, p95_ms, p99_ms, max_ms: Linear-interpolated percentiles, ms.
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
        """Frames per second if this stage were the only one, from the median."""
        return 1000.0 / self.p50_ms if self.p50_ms > 0 else float("inf")


def percentile(values: Sequence[float], fraction: float) -> float:
    """Linear-interpolated percentile of unsorted `values`, fraction in [0, 1].

    Raises:
        ValueError: No values, or a fraction outside [0, 1].
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
    """Condense durations in ms to a `Summary`; raises ValueError when there are none."""
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
    """Mean rate over N stamps, that is N−1 intervals; 0.0 for fewer than two stamps."""
    if len(stamps_s) < 2 or stamps_s[-1] <= stamps_s[0]:
        return 0.0
    return (len(stamps_s) - 1) / (stamps_s[-1] - stamps_s[0])


def low_frames_per_second(stamps_s: Sequence[float]) -> float:
    """Rate of the slowest hundredth of N−1 intervals (1 % low): their 99th percentile as a rate; 0.0 without any."""
    intervals_s = [later - earlier for earlier, later in pairwise(stamps_s)]
    slow_s = percentile(intervals_s, 0.99) if intervals_s else 0.0
    return 1.0 / slow_s if slow_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """One timed piece of work: `stage` ran from `start_s` for `duration_ms` in frame number `frame`."""

    stage: str
    start_s: float
    duration_ms: float
    frame: int


class StageTimer:
    """Times named stages of a frame, frame after frame.

    Not thread safe: each thread of a pipeline keeps its own timer.

    Args:
        clock: Monotonic seconds.
        observer: Called with every finished `Span` (a trace writer, for instance), or None.
    """

    def __init__(
        self, clock: Clock = time.perf_counter, observer: Callable[[Span], None] | None = None
    ) -> None:
        self.clock = clock
        self.observer = observer
        self.frame = -1
        self._current: dict[str, float] = {}

    def begin_frame(self, index: int) -> None:
        """Start a new frame: forget the last one's stages."""
        self.frame = index
        self._current = {}

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time the block; a stage entered twice in a frame adds up."""
        return _Stage(self, name)

    def add(self, name: str, start_s: float, duration_ms: float) -> None:
        """Book a duration measured elsewhere (a GPU query, another thread)."""
        self._current[name] = self._current.get(name, 0.0) + duration_ms
        if self.observer is not None:
            self.observer(Span(name, start_s, duration_ms, self.frame))

    @property
    def timings_ms(self) -> dict[str, float]:
        """Copy of the current frame's stages in order of first use, ms."""
        return dict(self._current)


class _Stage:
    """One timed block: a class of its own, since a generator as context manager takes three times as long."""

    __slots__ = ("_name", "_start_s", "_timer")

    def __init__(self, timer: StageTimer, name: str) -> None:
        self._timer, self._name = timer, name

    def __enter__(self) -> None:
        self._start_s = self._timer.clock()

    def __exit__(self, *_: object) -> None:
        timer = self._timer
        timer.add(self._name, self._start_s, (timer.clock() - self._start_s) * 1000.0)


class TimingLog:
    """Keeps every frame's stage durations and condenses them.

    Args:
        warm_up: Frames at the start that are not counted.
    """

    def __init__(self, warm_up: int = 0) -> None:
        self.warm_up = warm_up
        self.frames = 0
        self._stages: dict[str, list[float]] = {}

    def record(self, timings_ms: dict[str, float]) -> None:
        """Take one frame's stages."""
        self.frames += 1
        if self.frames <= self.warm_up:
            return
        for stage, duration_ms in timings_ms.items():
            self._stages.setdefault(stage, []).append(duration_ms)

    def durations_ms(self, stage: str) -> list[float]:
        """All counted durations of a stage; empty for a stage never seen."""
        return list(self._stages.get(stage, ()))

    def summaries(self) -> dict[str, Summary]:
        """One `Summary` a stage, in order of first use, the whole frame last."""
        ordered = sorted(self._stages, key=lambda name: name == FRAME_STAGE)
        return {name: summarize(self._stages[name]) for name in ordered}
