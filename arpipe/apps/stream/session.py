"""Capture, perception and drawing joined, newest frame first, at a quality that holds the rate."""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Self

from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.outlets import Outlet
from arpipe.errors import ArpipeError
from arpipe.pipeline.governor import Decision, Governor, QualityLevel
from arpipe.pipeline.handover import Newest
from arpipe.pipeline.perception import Perception, PerceptionQuality
from arpipe.pipeline.pipeline import Pipeline
from arpipe.render.config import RenderConfig
from arpipe.timing import FRAME_STAGE, Clock, frames_per_second, percentile
from arpipe.types import Picture

RECENT = 60  # frames that the figures on the screen are made of
KEPT = 20_000  # latencies and intervals that the report is made of, the newest
DEVICE_PATIENCE_S = (
    0.5  # a driver that takes longer to open a camera is left to its daemon thread, which then ends
)
SETTLING_S = 0.4
PLACES = ("source", "inference", "render", "encode")


@dataclass(frozen=True, slots=True)
class LiveReport:
    """What a live run was like.

    Attributes:
        frames: Presented.
        fps: Over wall time, from the first to the last picture.
        low_fps: Of the slowest hundredth of all intervals: their 99th percentile as a rate.
        latency_p50_ms, latency_p95_ms: From capture to presented.
        dropped: Frames lost, by the place that had no time for them: "source" is a camera's reader, then perception
            ("inference"), drawing ("render"), and the outlets ("encode").
        decisions: The governor's.
    """

    frames: int
    fps: float
    low_fps: float
    latency_p50_ms: float
    latency_p95_ms: float
    dropped: dict[str, int]
    decisions: tuple[Decision, ...]


@dataclass(slots=True, eq=False)
class LiveFigures:
    """Running figures; `stages_ms` are those of the last pictures, newest last."""

    frames: int = 0
    stamps_s: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    stages_ms: deque[dict[str, float]] = field(default_factory=lambda: deque(maxlen=RECENT))
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))

    @property
    def fps(self) -> float:
        """Of the last pictures; 0.0 until there are two."""
        return frames_per_second(list(self.stamps_s)[-RECENT:])

    @property
    def latency_ms(self) -> float:
        """Median over the last pictures; 0.0 until there is one."""
        recent = list(self.latencies_ms)[-RECENT:]
        return percentile(recent, 0.5) if recent else 0.0

    def median_stages_ms(self) -> dict[str, float]:
        """Median of each stage over the last pictures."""
        names = dict.fromkeys(name for stages in self.stages_ms for name in stages)
        return {name: percentile([stages.get(name, 0.0) for stages in self.stages_ms], 0.5) for name in names}


class LiveSession:
    """Pictures of a running source. The caller's thread draws, others read and see.

    Args:
        capture: The source; the session ends its iteration.
        pipeline: Sees and draws; the caller closes it, after the session.
        governor: Picks the quality.
        outlets: Take every presented picture; the session closes them.
        clock: Monotonic seconds, the one of the frames.

    Attributes:
        figures: What has happened so far.
        outlets: By all means add and remove some while it runs, with `attach` and `detach`.
    """

    def __init__(
        self,
        capture: Capture,
        pipeline: Pipeline,
        governor: Governor,
        outlets: Sequence[Outlet] = (),
        clock: Clock = time.monotonic,
    ) -> None:
        self.capture, self.pipeline, self.governor = capture, pipeline, governor
        self.figures = LiveFigures()
        self.outlets = list(outlets)
        governor.same = self._is_same
        self._clock = clock
        self._begun_s = clock()
        self._settled_s = 0.0
        self._full_quality: RenderConfig | None = None
        self._cost_ms = 0.0
        self._drop_counts = dict.fromkeys(PLACES, 0)
        self._detached_drops = 0
        self._frames = Newest(capture, "capture")
        self._results = Newest(map(pipeline.detect, self._frames), "perception")

    @property
    def age_s(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._begun_s

    @property
    def has_ended(self) -> bool:
        """Whether the source has ended and everything of it was given."""
        return self._results.has_ended

    def next(self, timeout_s: float) -> Picture | None:
        """Draw the newest frame; None when none came in time, or the source has ended.

        Raises:
            ArpipeError: Whatever ended capture or perception.
        """
        result = self._results.take(timeout_s)
        if result is None:
            return None
        begun_s = self._clock()
        picture = self.pipeline.render(replace(result, dropped=self._new_drops()))
        drawing_ms = (self._clock() - begun_s) * 1000.0
        # Seeing and drawing overlap, so the slower of the two sets the pace.
        self._cost_ms = max(result.timings_ms.get(FRAME_STAGE, 0.0), drawing_ms)
        if self._full_quality is None:
            self._full_quality = self.pipeline.renderer.quality
            self.settle()
        return picture

    def presented(self, picture: Picture, presenting_ms: float = 0.0) -> None:
        """Book a picture that has reached its viewer, and hand it to the outlets.

        Args:
            picture: As `next` gave it.
            presenting_ms: What bringing it to the screen cost, waiting for the screen left out.

        Raises:
            ArpipeError: An outlet failed; it is detached.
        """
        now_s = self._clock()
        figures = self.figures
        figures.frames += 1
        figures.stamps_s.append(now_s)
        figures.latencies_ms.append((now_s - picture.result.frame.captured_s) * 1000.0)
        figures.stages_ms.append({**picture.result.timings_ms, "present": presenting_ms})
        settled = now_s >= self._settled_s
        if settled and self.governor.observe(now_s, self._cost_ms + presenting_ms) is not None:
            self._apply(self.governor.level)
        for outlet in list(self.outlets):
            try:
                outlet.offer(picture)
            except ArpipeError:
                self.outlets.remove(outlet)
                outlet.abandon()
                raise

    def settle(self) -> None:
        """Judge no frames for a moment: something new is about to be built or loaded."""
        self._settled_s = self._clock() + SETTLING_S

    def attach(self, outlet: Outlet) -> None:
        """Hand pictures to one more outlet from now on."""
        self.outlets.append(outlet)

    def detach(self, outlet: Outlet) -> None:
        """Finish an outlet; raises what its sink raises."""
        self.outlets.remove(outlet)
        self._detached_drops += outlet.dropped
        outlet.close()

    def report(self) -> LiveReport:
        """What it was like so far."""
        figures = self.figures
        stamps = list(figures.stamps_s)
        intervals = [later - earlier for earlier, later in pairwise(stamps)]
        slowest = percentile(intervals, 0.99) if intervals else 0.0
        latencies = list(figures.latencies_ms) or [0.0]
        return LiveReport(
            frames=figures.frames,
            fps=frames_per_second(stamps),
            low_fps=1.0 / slowest if slowest > 0 else 0.0,
            latency_p50_ms=percentile(latencies, 0.5),
            latency_p95_ms=percentile(latencies, 0.95),
            dropped=dict(figures.dropped),
            decisions=tuple(self.governor.decisions),
        )

    def close(self) -> None:
        """Stop the threads and close the outlets; may be called twice. Raises what an outlet raises."""
        outlets, self.outlets = self.outlets, []
        with ExitStack() as stack:
            for outlet in outlets:
                stack.callback(outlet.close)
            stack.callback(self._frames.close, DEVICE_PATIENCE_S)
            stack.callback(self._results.close)
            stack.callback(self._frames.stop)
            stack.callback(self.capture.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _apply(self, level: QualityLevel) -> None:
        if self._full_quality is not None:
            self.pipeline.renderer.set_quality(limited(self._full_quality, level))
        self.pipeline.perception.quality = _seeing(level)

    def _is_same(self, one: QualityLevel, other: QualityLevel) -> bool:
        return come_to_the_same(one, other, self._full_quality or RenderConfig(), self.pipeline.perception)

    def _new_drops(self) -> dict[str, int]:
        """Frames lost since the last call, by place."""
        counts = {
            "source": self.capture.dropped,
            "inference": self._frames.dropped,
            "render": self._results.dropped,
            "encode": self._detached_drops + sum(outlet.dropped for outlet in self.outlets),
        }
        new = {place: count - self._drop_counts[place] for place, count in counts.items()}
        self._drop_counts = counts
        for place, count in new.items():
            self.figures.dropped[place] += count
        return new


def _seeing(level: QualityLevel) -> PerceptionQuality:
    return PerceptionQuality(level.attention, level.perception_every)


def come_to_the_same(
    one: QualityLevel, other: QualityLevel, drawing: RenderConfig, perception: Perception
) -> bool:
    """Whether two levels make no difference to a drawing quality as configured and to what is looked for now."""
    return limited(drawing, one) == limited(drawing, other) and (
        perception.effective(_seeing(one)) == perception.effective(_seeing(other))
    )


def limited(quality: RenderConfig, level: QualityLevel) -> RenderConfig:
    """Drawing quality as configured, less what a level does without."""
    finest = quality.supersample if level.supersample is None else level.supersample
    return quality.model_copy(
        update={
            "supersample": min(quality.supersample, finest),
            "shadow": quality.shadow and level.shadow,
            "reflection": quality.reflection and level.reflection,
        }
    )
