"""What a measurement has seen so far, and the report that it becomes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psutil

from arpipe.apps.profile.machine import describe_machine
from arpipe.apps.profile.report import Distribution, Intervals, Report
from arpipe.config import ProfileConfig, RunConfig
from arpipe.io.sink import Sink
from arpipe.io.source import Source
from arpipe.timing import FRAME_STAGE, Span, StageTimer, percentile
from arpipe.types import FrameResult, Pixels

CAPTURE, PRESENT, ENCODE = "capture", "present", "encode"
PLACES = ("source", "inference", "render", "encode")

Lane = tuple[str, Span]
"""A span and the name of the thread that it ran on."""


@dataclass(slots=True)
class Measurement:
    """Everything seen so far.

    Attributes:
        samples: Stage → durations, ms.
        stamps_s: When each frame was finished, run by run.
        latencies_ms: From a frame in memory, live from its capture, to the finished picture.
        dropped: Frames lost, by place.
        decisions: As in the report.
        spans: For the trace, of the last run.
        marks: The decisions on the clock of the spans, s, and what they did.
        run_medians_ms: Median frame of each run.
        size_px: Of the frames.
        source_mb: Memory that the source's own frames take.
        cpu_s, wall_s: Spent on counted frames.
    """

    samples: dict[str, list[float]] = field(default_factory=dict)
    stamps_s: list[list[float]] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    decisions: list[dict[str, Any]] = field(default_factory=list)
    spans: list[Lane] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    run_medians_ms: list[float] = field(default_factory=list)
    size_px: tuple[int, int] = (0, 0)
    source_mb: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def record(self, durations_ms: dict[str, float], end_s: float, latency_ms: float) -> None:
        """Take one counted frame."""
        for stage, duration_ms in durations_ms.items():
            self.samples.setdefault(stage, []).append(duration_ms)
        self.stamps_s[-1].append(end_s)
        self.latencies_ms.append(latency_ms)

    def observe(self, span: Span) -> None:
        """Keep a span for the trace; called on the thread that did the work."""
        self.spans.append((threading.current_thread().name, span))

    def timed(self, stage: str, frame: int) -> AbstractContextManager[None]:
        """Time a block for the trace."""
        timer = StageTimer(observer=self.observe)
        timer.begin_frame(frame)
        return timer.stage(stage)


Watch = Callable[[Measurement], None]


class Counted:
    """The counted part of one run: from here on processor and wall time go into the measurement.

    Args:
        seen: Takes it; what was traced before is forgotten.
    """

    def __init__(self, seen: Measurement) -> None:
        self._seen, self._process = seen, psutil.Process()
        self._first = len(seen.samples.get(FRAME_STAGE, ()))
        self._cpu_s, self._wall_s = self._spent_s(), time.perf_counter()
        seen.spans.clear()

    def end(self) -> None:
        """Book what was spent."""
        self._seen.cpu_s += self._spent_s() - self._cpu_s
        self._seen.wall_s += time.perf_counter() - self._wall_s
        self._seen.run_medians_ms.append(percentile(self._seen.samples[FRAME_STAGE][self._first :], 0.5))

    def _spent_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


class TimedSink:
    """A sink whose writing is traced as the stage `encode`; see `Sink`.

    Args:
        sink: Closed with it.
        seen: Gets the spans.
    """

    def __init__(self, sink: Sink, seen: Measurement) -> None:
        self._sink, self._seen = sink, seen

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Write and time it."""
        with self._seen.timed(ENCODE, result.frame.index):
            self._sink.write(pixels, result)

    def close(self) -> None:
        """Finish the sink."""
        self._sink.close()

    def abort(self) -> None:
        """Give the sink up."""
        self._sink.abort()

    def __enter__(self) -> "TimedSink":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


@contextmanager
def source_of(seen: Measurement, open_: Callable[[], Source]) -> Iterator[Source]:
    """Open a source, and note how much memory its own frames take."""
    before_mb = _resident_mb()
    with open_() as source:
        seen.source_mb = max(0.0, _resident_mb() - before_mb)
        yield source


def build_report(config: ProfileConfig, run: RunConfig, seen: Measurement, facts: dict[str, Any]) -> Report:
    """The report of a finished measurement; `facts` are those of the pipeline."""
    order = {CAPTURE: 0, PRESENT: 2, ENCODE: 3}
    names = sorted(seen.samples, key=lambda stage: order.get(stage, 1))
    return Report(
        machine=describe_machine(),
        run={
            **config.model_dump(mode="json", exclude={"output"}),
            "width": seen.size_px[0],
            "height": seen.size_px[1],
            "effects": list(run.effects),
            "track": list(run.perception.track),
            "mesh": run.perception.face.mesh,
            "max_faces": run.perception.face.max_faces,
            "intra_op_threads": run.perception.session.intra_op_threads,
            "encoded": config.output is not None,
            **facts,
        },
        frame_ms=Distribution.of(seen.samples[FRAME_STAGE]),
        stages={name: Distribution.of(seen.samples[name]) for name in names if name != FRAME_STAGE},
        intervals=Intervals.of([stamp for stamps in _joined(seen.stamps_s) for stamp in stamps]),
        latency_ms=Distribution.of(seen.latencies_ms),
        dropped=seen.dropped,
        cpu_percent=100.0 * seen.cpu_s / max(seen.wall_s, 1e-9),
        rss_mb=_resident_mb() - seen.source_mb,
        decisions=seen.decisions,
        samples=seen.samples,
        run_medians_ms=seen.run_medians_ms,
    )


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


def _joined(runs: list[list[float]]) -> list[list[float]]:
    """Stamps of several runs laid end to end, one median-sized gap between them, so that gaps are no stutter."""
    joined, end_s = [], 0.0
    for stamps in runs:
        gaps = sorted(b - a for a, b in pairwise(stamps))
        usual = gaps[len(gaps) // 2] if gaps else 0.0
        shifted = [stamp - stamps[0] + end_s for stamp in stamps]
        joined.append(shifted)
        end_s = shifted[-1] + usual
    return joined
