"""Runs frames through a pipeline and keeps what each took."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import psutil

from arpipe.apps.profile.machine import describe_machine
from arpipe.apps.profile.report import Distribution, Intervals, Report
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import ConfigError, MediaError
from arpipe.io.color import ColorTags
from arpipe.io.sink import Sink
from arpipe.io.source import open_source
from arpipe.io.video import VideoTraits
from arpipe.io.video_writer import VideoSink
from arpipe.pipeline.pipeline import Pipeline
from arpipe.timing import FRAME_STAGE, Span, percentile
from arpipe.types import Frame, Picture

CAPTURE, ENCODE = "capture", "encode"

Watch = Callable[["Measurement"], None]


@dataclass(slots=True)
class Measurement:
    """Everything seen so far: durations by stage in ms, and when each frame was finished, run by run."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    stamps_s: list[list[float]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    spans: list[tuple[int, Span]] = field(default_factory=list)
    run_medians_ms: list[float] = field(default_factory=list)
    size_px: tuple[int, int] = (0, 0)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def record(self, durations_ms: dict[str, float], end_s: float) -> None:
        """Take one counted frame."""
        for stage, duration_ms in durations_ms.items():
            self.samples.setdefault(stage, []).append(duration_ms)
        self.stamps_s[-1].append(end_s)


def profile(
    config: ProfileConfig | None = None, run: RunConfig | None = None, watch: Watch | None = None
) -> Report:
    """Measure a run, stage by stage; `measure` keeps the spans for a trace as well."""
    return measure(config, run, watch)[0]


def measure(
    config: ProfileConfig | None = None, run: RunConfig | None = None, watch: Watch | None = None
) -> tuple[Report, list[tuple[int, Span]]]:
    """Measure a run.

    Stages run one after the other, so that each is timed undisturbed; wall time is their sum.

    Args:
        config: What is measured.
        run: Pipeline and effects; None for the defaults.
        watch: Called after each counted frame.

    Returns:
        The report, and every span with the id of its thread.

    Raises:
        MediaError: The source has fewer frames than warm-up and one interval need.
    """
    config, run = config or ProfileConfig(), run or RunConfig()
    seen = Measurement()

    def observe(span: Span) -> None:
        seen.spans.append((threading.get_ident(), span))

    facts: dict[str, Any] = {}
    for _ in range(config.repeat):
        with Pipeline(run, observer=observe) as pipeline:
            _run_once(config, run, pipeline, seen, watch)
            facts = pipeline.facts()
    return _report(config, run, seen, facts), seen.spans


def frames_of(config: ProfileConfig) -> Iterator[Frame]:
    """As many frames as the profile needs; a short file begins again."""
    wanted, index = config.warm_up + config.frames, 0
    while index < wanted:
        before = index
        with _open(config) as source:
            step_s = 1.0 / source.info.fps if source.info.fps else 1.0 / 30.0
            for frame in source:
                yield Frame(frame.pixels, index * step_s, index)
                index += 1
                if index == wanted:
                    return
        if index == before:
            raise MediaError(f"{config.source} has no frames to measure")


def _open(config: ProfileConfig) -> Any:
    if config.source != "sample":
        return open_source(config.source)
    from arpipe.io.sample import SampleConfig, SampleSource

    return SampleSource(SampleConfig(width=config.width, height=config.height, faces=config.faces))


def _run_once(
    config: ProfileConfig, run: RunConfig, pipeline: Pipeline, seen: Measurement, watch: Watch | None
) -> None:
    seen.stamps_s.append([])
    first = len(seen.samples.get(FRAME_STAGE, ()))
    process, cpu_from, wall_from = psutil.Process(), 0.0, 0.0
    with ExitStack() as stack:
        stream = frames_of(config)
        stack.callback(stream.close)  # type: ignore[attr-defined]  # a generator
        sink: Sink | None = None
        for number in range(config.warm_up + config.frames):
            if number == config.warm_up:
                seen.spans.clear()
                cpu_from, wall_from = _cpu_s(process), time.perf_counter()
            start_s = time.perf_counter()
            frame = next(stream)
            durations = {CAPTURE: (time.perf_counter() - start_s) * 1000.0}
            seen.size_px = (frame.width, frame.height)
            picture = pipeline.process(frame)
            durations |= picture.result.timings_ms
            if config.output is not None:
                sink = sink or stack.enter_context(_sink(config, run, frame))
                durations[ENCODE] = _timed_write(sink, picture)
            for place, count in picture.result.dropped.items():
                seen.dropped[place] = seen.dropped.get(place, 0) + count
            if number >= config.warm_up:
                seen.record(durations, time.perf_counter())
                if watch is not None:
                    watch(seen)
    seen.cpu_s += _cpu_s(process) - cpu_from
    seen.wall_s += time.perf_counter() - wall_from
    seen.run_medians_ms.append(percentile(seen.samples[FRAME_STAGE][first:], 0.5))


def _sink(config: ProfileConfig, run: RunConfig, frame: Frame) -> Sink:
    if config.output is None:
        raise ConfigError("profile: there is no output to write to")
    traits = VideoTraits(Fraction(1, 90_000), Fraction(30), ColorTags.for_size(frame.width, frame.height))
    return VideoSink(config.output, frame.width, frame.height, traits, run.video)


def _timed_write(sink: Sink, picture: Picture) -> float:
    start_s = time.perf_counter()
    sink.write(picture.pixels, picture.result)
    return (time.perf_counter() - start_s) * 1000.0


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _report(config: ProfileConfig, run: RunConfig, seen: Measurement, facts: dict[str, Any]) -> Report:
    frame_ms = seen.samples[FRAME_STAGE]
    stamps = [stamp for run_stamps in _joined(seen.stamps_s) for stamp in run_stamps]
    return Report(
        machine=describe_machine(),
        run={
            **config.model_dump(mode="json", exclude={"output"}),
            "width": seen.size_px[0],
            "height": seen.size_px[1],
            "effects": list(run.effects),
            "mesh": run.perception.face.mesh,
            "max_faces": run.perception.face.max_faces,
            "intra_op_threads": run.perception.session.intra_op_threads,
            "encoded": config.output is not None,
            **facts,
        },
        frame_ms=Distribution.of(frame_ms),
        stages={
            stage: Distribution.of(values) for stage, values in seen.samples.items() if stage != FRAME_STAGE
        },
        intervals=Intervals.of(stamps),
        latency_ms=Distribution.of(frame_ms),
        dropped={"source": 0, "inference": 0, "render": 0, "encode": 0, **seen.dropped},
        cpu_percent=100.0 * seen.cpu_s / max(seen.wall_s, 1e-9),
        rss_mb=psutil.Process().memory_info().rss / 2**20,
        samples=seen.samples,
        run_medians_ms=seen.run_medians_ms,
    )


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
