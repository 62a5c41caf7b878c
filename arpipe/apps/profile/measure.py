"""Process frames one after the other and measure each stage."""

import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import replace
from fractions import Fraction

from arpipe.apps.failures import Failures
from arpipe.apps.profile.clip import open_measured
from arpipe.apps.profile.realtime import run_live
from arpipe.apps.profile.record import (
    CAPTURE,
    ENCODE,
    CountedPart,
    Measurement,
    TimedSink,
    Watch,
    build_report,
    open_source_measured,
)
from arpipe.apps.profile.report import Facts, ProfileReport
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import ConfigError, MediaError
from arpipe.io.sink import Sink
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video.writer import VideoSink
from arpipe.pipeline.pipeline import Pipeline
from arpipe.timing import FRAME_STAGE
from arpipe.types import Frame


def profile(
    config: ProfileConfig | None = None, run: RunConfig | None = None, watch: Watch | None = None
) -> ProfileReport:
    """Measure a run; see `measure`, which also returns the spans for a trace."""
    return measure(config, run, watch)[0]


def measure(
    config: ProfileConfig | None = None, run: RunConfig | None = None, watch: Watch | None = None
) -> tuple[ProfileReport, Measurement]:
    """Measure a run.

    Without `config.live`, stages run one after the other, so that each is timed without interference, and wall time is
    their sum. With it, they overlap as in `arpipe live`, and the source plays at its own rate.

    Args:
        config: What is measured; None for `run.profile`.
        run: Pipeline and effects; None for the defaults.
        watch: Called after each counted frame.

    Returns:
        The report, and the measurement that it was built from, which has the spans.

    Raises:
        MediaError: The source has no frames.
    """
    run = run or RunConfig()
    config = config or run.profile
    measurement = Measurement()
    facts: Facts = {}
    for _ in range(config.repeat):
        if config.live:
            facts = run_live(config, run, measurement, watch)
        else:
            with ExitStack() as stack:
                reactions = LiveReactions(run, stack.enter_context(Links(run, Failures())))
                pipeline = stack.enter_context(Pipeline(run, observer=measurement.observe))
                reactions.attach(pipeline.perception)
                _run_once(config, run, pipeline, measurement, watch)
                facts = pipeline.facts()
    return build_report(config, run, measurement, facts), measurement


def frames_of(config: ProfileConfig, measurement: Measurement) -> Generator[Frame]:
    """Yield as many frames as the profile needs; a short file is looped."""
    wanted, index = config.warm_up + config.frames, 0
    while index < wanted:
        before = index
        with open_source_measured(measurement, lambda: open_measured(config, wanted)) as source:
            step_s = 1.0 / source.info.fps if source.info.fps else 1.0 / 30.0
            for frame in source:
                yield replace(frame, captured_s=index * step_s, index=index)
                index += 1
                if index == wanted:
                    return
        if index == before:
            raise MediaError(f"{config.source} has no frames to measure")


def _run_once(
    config: ProfileConfig, run: RunConfig, pipeline: Pipeline, measurement: Measurement, watch: Watch | None
) -> None:
    measurement.stamps_s.append([])
    counted: CountedPart | None = None
    with ExitStack() as stack:
        stream = stack.enter_context(closing(frames_of(config, measurement)))
        sink: Sink | None = None
        for number in range(config.warm_up + config.frames):
            if number == config.warm_up:
                counted = CountedPart(measurement)
            start_s = time.perf_counter()
            with measurement.timed(CAPTURE, number):
                frame = next(stream)
            captured_s = time.perf_counter()
            measurement.size_px = (frame.width, frame.height)
            picture = pipeline.process(frame)
            durations = {CAPTURE: (captured_s - start_s) * 1000.0, **picture.result.timings_ms}
            if config.output is not None:
                sink = sink or stack.enter_context(TimedSink(_sink(config, run, frame), measurement))
                write_s = time.perf_counter()
                sink.write_picture(replace(picture, alpha=None))
                durations[ENCODE] = (time.perf_counter() - write_s) * 1000.0
            if counted is not None:
                measurement.record(durations, time.perf_counter(), durations[FRAME_STAGE])
                if watch is not None:
                    watch(measurement)
    if counted is not None:
        counted.end()


def _sink(config: ProfileConfig, run: RunConfig, frame: Frame) -> Sink:
    if config.output is None:
        raise ConfigError("profile: there is no output to write to")
    traits = VideoTraits(Fraction(1, 90_000), Fraction(30), ColorTags.for_size(frame.width, frame.height))
    return VideoSink(config.output, frame.width, frame.height, traits, run.video)
