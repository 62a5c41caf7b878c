"""Measures the live loop: stages overlap, only the latest frame counts, the governor adjusts quality."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count

from arpipe.apps.failures import Failures
from arpipe.apps.profile.clip import sample_clip
from arpipe.apps.profile.record import (
    CAPTURE,
    ENCODE,
    CountedPart,
    Measurement,
    TimedSink,
    Watch,
    open_source_measured,
)
from arpipe.apps.profile.report import Facts
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.stream.capture import Capture, opener
from arpipe.apps.stream.loop import HeadlessPresenter, LiveLoop
from arpipe.apps.stream.outlets import Outlet, Recording, free_path
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.stream.setup import connect
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import MediaError, OutputError
from arpipe.io.source import Source
from arpipe.pipeline.governor import Decision
from arpipe.timing import Span
from arpipe.types import Frame, Picture


def run_live(
    config: ProfileConfig, run: RunConfig, measurement: Measurement, watch: Watch | None = None
) -> Facts:
    """Play the source in real time, present its pictures to memory, and measure.

    Args:
        config: What is measured; a short file is looped.
        run: Pipeline, effects and governor.
        measurement: Receives the measurements.
        watch: Called after each counted picture.

    Returns:
        Facts for the report: those of the pipeline, the rate of the source, and the final quality level.

    Raises:
        DeviceError: The camera delivers no frame.
        MediaError: The source has no frames.
    """
    numbers = count()
    open_device = opener(run.live.model_copy(update={"source": config.source}))

    def open_() -> Source:
        if config.source == "sample":
            return sample_clip(config, config.warm_up + config.frames)
        return open_device()

    with ExitStack() as stack:
        source = stack.enter_context(
            open_source_measured(measurement, open_)
        )  # rendered here, before anything is timed
        first = iter([source])
        capture = Capture(lambda: _TimedSource(next(first, None) or open_(), measurement, numbers), loop=True)
        reactions = LiveReactions(run, stack.enter_context(Links(run, Failures())))
        session = connect(
            stack, run, capture, observer=measurement.observe, failures=Failures(_end_measurement)
        )
        reactions.attach(session.perception)
        if config.output is not None:
            outlet = Outlet(
                TimedSink(Recording(free_path(config.output), run.video), measurement), "recording"
            )
            session.attach(outlet)
        counter = _Counter(config, session, measurement, watch)
        limits = run.live.model_copy(update={"frames": config.warm_up + config.frames, "seconds": 0.0})
        loop = LiveLoop(session, counter, limits, counter.count, measurement.observe)
        while loop.step():
            pass
        counter.finish()
        return {
            "provider": session.perception.provider,
            "networks": session.perception.providers,
            **session.renderer.facts(),
            "source_fps": source.info.fps,
            "quality": session.pacer.level.name,
        }


def _end_measurement(problem: str) -> None:
    """Raise OutputError: a run that no longer encodes measures something else."""
    raise OutputError(problem)


class _TimedSource(Source):
    """A source whose reading is traced as the stage `capture`.

    Args:
        source: The source, closed with this one.
        measurement: Receives the spans.
        numbers: Numbers of the frames, continued when the source is reopened.
    """

    def __init__(self, source: Source, measurement: Measurement, numbers: Iterator[int]) -> None:
        self._source, self._measurement, self._numbers = source, measurement, numbers
        self.info = source.info

    def __iter__(self) -> Iterator[Frame]:
        start_s = time.perf_counter()
        for frame in self._source:
            duration_ms = (time.perf_counter() - start_s) * 1000.0
            self._measurement.observe(Span(CAPTURE, start_s, duration_ms, next(self._numbers)))
            self.dropped, self.decode_errors = self._source.dropped, self._source.decode_errors
            yield frame
            start_s = time.perf_counter()

    def close(self) -> None:
        """Close the source."""
        self._source.close()


class _Counter(HeadlessPresenter):
    """Counts the pictures of a live run, after a warm-up.

    Args:
        config: What is measured.
        session: The session.
        measurement: Receives the measurements.
        watch: Called after each counted picture.
    """

    def __init__(
        self, config: ProfileConfig, session: LiveSession, measurement: Measurement, watch: Watch | None
    ) -> None:
        super().__init__(session, config.source)
        self._config, self._measurement, self._watch = config, measurement, watch
        self._counted: CountedPart | None = None
        self._started_s = time.monotonic()
        self._dropped_before: dict[str, int] = {}
        measurement.stamps_s.append([])

    def poll(self) -> bool:
        """Start to count after the warm-up."""
        figures = self._session.figures
        if self._counted is None and figures.frames >= self._config.warm_up:
            self._counted, self._started_s = CountedPart(self._measurement), time.monotonic()
            self._dropped_before = dict(figures.dropped)
        return True

    def idle(self) -> None:
        """Raise an error if no frame will come."""
        super().idle()
        if self._session.has_ended:
            raise MediaError(f"{self._source} has no frames to measure")

    def count(self, picture: Picture) -> None:
        """Record a presented picture, unless it belongs to the warm-up."""
        figures, frame = self._session.figures, picture.result.frame
        self._measurement.size_px = (frame.width, frame.height)
        if self._counted is not None:
            self._measurement.record(figures.stages_ms[-1], figures.stamps_s[-1], figures.latencies_ms[-1])
            if self._watch is not None:
                self._watch(self._measurement)

    def finish(self) -> None:
        """Record what is known only at the end: load, dropped frames, capture, encoding, decisions."""
        measurement = self._measurement
        if self._counted is not None:
            self._counted.end()
        for place, dropped in self._session.figures.dropped.items():
            measurement.dropped[place] += dropped - self._dropped_before.get(place, 0)
        for stage in (CAPTURE, ENCODE):
            durations_ms = [span.duration_ms for _, span in list(measurement.spans) if span.stage == stage]
            if durations_ms:
                measurement.samples.setdefault(stage, []).extend(durations_ms)
        _record_decisions(self._session.pacer.decisions, self._started_s, measurement)


def _record_decisions(decisions: Sequence[Decision], started_s: float, measurement: Measurement) -> None:
    """Record decisions on the clock of the report, from the first counted frame, and on that of the spans."""
    spans_from_session_s = time.perf_counter() - time.monotonic()
    for decision in decisions:
        change = {"from": decision.from_level, "to": decision.to_level, "p95_ms": decision.p95_ms}
        measurement.decisions.append({"time_s": decision.time_s - started_s, **change})
        text = f"{decision.from_level} → {decision.to_level}"
        measurement.marks.append((decision.time_s + spans_from_session_s, text))
