"""A measurement in progress, and the report that it becomes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import psutil

from arpipe.apps.profile.machine import describe_machine
from arpipe.apps.profile.report import Distribution, Facts, Intervals, ProfileReport
from arpipe.apps.stream.figures import PLACES
from arpipe.apps.stream.loop import PRESENT
from arpipe.config import ProfileConfig, RunConfig
from arpipe.io.sink import Sink
from arpipe.io.source import Source
from arpipe.timing import FRAME_STAGE, Span, StageTimer, percentile
from arpipe.types import FrameResult, Picture, Pixels

CAPTURE, ENCODE = "capture", "encode"

Lane = tuple[str, Span]
"""Name of a thread, and a span that ran on it."""


@dataclass(slots=True)
class Measurement:
    """Everything measured so far.

    Attributes:
        samples: Stage → durations, ms.
        stamps_s: When each frame was finished, run by run.
        latencies_ms: From the frame in memory (live: from its capture) to the finished picture.
        dropped: Dropped frames by place.
        decisions: Decisions of the governor, as in the report.
        spans: Spans of the last run, for the trace.
        marks: Times of the decisions on the clock of the spans, s, and their texts.
        run_medians_ms: Median frame time of each run.
        size_px: Size of the frames.
        source_mb: Memory taken by frames that the source holds, MiB.
        cpu_s, wall_s: CPU and wall time of the counted frames.
    """

    samples: dict[str, list[float]] = field(default_factory=dict)
    stamps_s: list[list[float]] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    decisions: list[Facts] = field(default_factory=list)
    spans: list[Lane] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    run_medians_ms: list[float] = field(default_factory=list)
    size_px: tuple[int, int] = (0, 0)
    source_mb: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def record(self, durations_ms: dict[str, float], end_s: float, latency_ms: float) -> None:
        """Record one counted frame."""
        for stage, duration_ms in durations_ms.items():
            self.samples.setdefault(stage, []).append(duration_ms)
        self.stamps_s[-1].append(end_s)
        self.latencies_ms.append(latency_ms)

    def observe(self, span: Span) -> None:
        """Keep a span for the trace; call it on the thread that did the work."""
        self.spans.append((threading.current_thread().name, span))

    def timed(self, stage: str, frame: int) -> AbstractContextManager[None]:
        """Return a context manager that times a block for the trace."""
        timer = StageTimer(observer=self.observe)
        timer.begin_frame(frame)
        return timer.stage(stage)


Watch = Callable[[Measurement], None]


class CountedPart:
    """The counted part of one run; CPU and wall time are measured from its creation on.

    Args:
        measurement: Receives the times; its earlier spans are discarded.
    """

    def __init__(self, measurement: Measurement) -> None:
        self._measurement, self._process = measurement, psutil.Process()
        self._first = len(measurement.samples.get(FRAME_STAGE, ()))
        self._cpu_s, self._wall_s = self._cpu_time_s(), time.perf_counter()
        measurement.spans.clear()

    def end(self) -> None:
        """Record the times."""
        self._measurement.cpu_s += self._cpu_time_s() - self._cpu_s
        self._measurement.wall_s += time.perf_counter() - self._wall_s
        self._measurement.run_medians_ms.append(
            percentile(self._measurement.samples[FRAME_STAGE][self._first :], 0.5)
        )

    def _cpu_time_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


class TimedSink(Sink):
    """A sink whose writing is traced as the stage `encode`; see `Sink`.

    Args:
        sink: The sink, closed with this one.
        measurement: Receives the spans.
    """

    def __init__(self, sink: Sink, measurement: Measurement) -> None:
        self._sink, self._measurement = sink, measurement

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Write a picture and time it."""
        with self._measurement.timed(ENCODE, result.frame.index):
            self._sink.write(pixels, result)

    def write_picture(self, picture: Picture) -> None:
        """Write a picture and time it."""
        with self._measurement.timed(ENCODE, picture.result.frame.index):
            self._sink.write_picture(picture)

    def close(self) -> None:
        """Close the sink."""
        self._sink.close()

    def abort(self) -> None:
        """Abort the sink."""
        self._sink.abort()


@contextmanager
def open_source_measured(measurement: Measurement, open_: Callable[[], Source]) -> Iterator[Source]:
    """Open a source and measure how much memory its own frames take."""
    before_mb = _resident_mb()
    with open_() as source:
        measurement.source_mb = max(0.0, _resident_mb() - before_mb)
        yield source


def build_report(
    config: ProfileConfig, run: RunConfig, measurement: Measurement, facts: Facts
) -> ProfileReport:
    """Build the report of a finished measurement; `facts` are those of the pipeline."""
    order = {CAPTURE: 0, PRESENT: 2, ENCODE: 3}
    names = sorted(measurement.samples, key=lambda stage: order.get(stage, 1))
    return ProfileReport(
        machine=describe_machine(),
        run={
            **config.model_dump(mode="json", exclude={"output"}),
            "width": measurement.size_px[0],
            "height": measurement.size_px[1],
            "effects": list(run.effects),
            "track": list(run.perception.track),
            "mesh": run.perception.face.mesh,
            "max_faces": run.perception.face.max_faces,
            "intra_op_threads": run.perception.session.intra_op_threads,
            "encoded": config.output is not None,
            **facts,
        },
        frame_ms=Distribution.of(measurement.samples[FRAME_STAGE]),
        stages={name: Distribution.of(measurement.samples[name]) for name in names if name != FRAME_STAGE},
        intervals=Intervals.of([stamp for stamps in _joined(measurement.stamps_s) for stamp in stamps]),
        latency_ms=Distribution.of(measurement.latencies_ms),
        dropped=measurement.dropped,
        cpu_percent=100.0 * measurement.cpu_s / max(measurement.wall_s, 1e-9),
        rss_mb=_resident_mb() - measurement.source_mb,
        decisions=measurement.decisions,
        samples=measurement.samples,
        run_medians_ms=measurement.run_medians_ms,
    )


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


def _joined(runs: list[list[float]]) -> list[list[float]]:
    """Join the stamps of several runs with median-sized gaps in between, so that the gaps do not count as stutters."""
    joined, end_s = [], 0.0
    for stamps in runs:
        gaps = sorted(b - a for a, b in pairwise(stamps))
        usual = gaps[len(gaps) // 2] if gaps else 0.0
        shifted = [stamp - stamps[0] + end_s for stamp in stamps]
        joined.append(shifted)
        end_s = shifted[-1] + usual
    return joined
