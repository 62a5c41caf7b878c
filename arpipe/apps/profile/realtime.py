"""Measures the live loop itself: stages overlap, the newest frame wins, the governor decides."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from typing import Any

from arpipe.apps.profile.clip import sample_clip
from arpipe.apps.profile.record import (
    CAPTURE,
    ENCODE,
    PRESENT,
    Counted,
    Measurement,
    TimedSink,
    Watch,
    source_of,
)
from arpipe.apps.stream.camera_advice import advice
from arpipe.apps.stream.capture import Capture, opener
from arpipe.apps.stream.outlets import Outlet, Recording, free_path
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.stream.setup import pipeline_config
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import DeviceError, MediaError
from arpipe.io.source import Source
from arpipe.pipeline.governor import Decision, Governor
from arpipe.pipeline.pipeline import Pipeline
from arpipe.timing import Span
from arpipe.types import Frame, Picture

POLL_S = 0.1


def run_live(
    config: ProfileConfig, run: RunConfig, seen: Measurement, watch: Watch | None = None
) -> dict[str, Any]:
    """Play the source as a camera would, present its pictures to memory, and measure.

    Args:
        config: What is measured; a short file begins again.
        run: Pipeline, effects and governor.
        seen: Gets everything.
        watch: Called after each counted picture.

    Returns:
        Facts for the report: those of the pipeline, the source's rate, and the quality in the end.

    Raises:
        DeviceError: The camera gives no frame.
        MediaError: The source has none.
    """
    numbers = count()

    open_device = opener(run.live.model_copy(update={"source": config.source}))

    def open_() -> Source:
        if config.source == "sample":
            return sample_clip(config, config.warm_up + config.frames)
        return open_device()

    with ExitStack() as stack:
        source = stack.enter_context(source_of(seen, open_))  # drawn here, before anything is timed
        first = iter([source])
        capture = Capture(lambda: _TimedSource(next(first, None) or open_(), seen, numbers), loop=True)
        pipeline = stack.enter_context(Pipeline(pipeline_config(run), observer=seen.observe))
        session = stack.enter_context(LiveSession(capture, pipeline, Governor(run.governor)))
        if config.output is not None:
            outlet = Outlet(TimedSink(Recording(free_path(config.output), run.video), seen), "recording")
            session.attach(outlet)
        _count_frames(config, session, seen, watch)
        return {**pipeline.facts(), "source_fps": source.info.fps, "quality": session.governor.level.name}


class _TimedSource(Source):
    """A source whose reading is traced as the stage `capture`.

    Args:
        source: Closed with it.
        seen: Gets the spans.
        numbers: Of the frames, going on over all openings.
    """

    def __init__(self, source: Source, seen: Measurement, numbers: Iterator[int]) -> None:
        self._source, self._seen, self._numbers = source, seen, numbers
        self.info = source.info

    def __iter__(self) -> Iterator[Frame]:
        start_s = time.perf_counter()
        for frame in self._source:
            taken_ms = (time.perf_counter() - start_s) * 1000.0
            self._seen.observe(Span(CAPTURE, start_s, taken_ms, next(self._numbers)))
            self.dropped, self.decode_errors = self._source.dropped, self._source.decode_errors
            yield frame
            start_s = time.perf_counter()

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def _count_frames(
    config: ProfileConfig, session: LiveSession, seen: Measurement, watch: Watch | None
) -> None:
    """Present pictures until enough are counted."""
    seen.stamps_s.append([])
    counted: Counted | None = None
    dropped_before: dict[str, int] = {}
    begun_s = time.monotonic()
    while session.figures.frames < config.warm_up + config.frames:
        if session.figures.frames >= config.warm_up and counted is None:
            counted, begun_s = Counted(seen), time.monotonic()
            dropped_before = dict(session.figures.dropped)
        picture = session.next(POLL_S)
        if picture is None:
            _give_up_without_frames(config, session)
            continue
        seen.size_px = (picture.result.frame.width, picture.result.frame.height)
        durations = {**picture.result.timings_ms, PRESENT: _present(session, picture, seen)}
        if counted is not None:
            seen.record(durations, session.figures.stamps_s[-1], session.figures.latencies_ms[-1])
            if watch is not None:
                watch(seen)
    if counted is not None:
        counted.end()
    for place, lost in session.figures.dropped.items():
        seen.dropped[place] += lost - dropped_before.get(place, 0)
    for stage in (CAPTURE, ENCODE):
        durations_ms = [span.duration_ms for _, span in list(seen.spans) if span.stage == stage]
        if durations_ms:
            seen.samples.setdefault(stage, []).extend(durations_ms)
    _note_decisions(session.governor.decisions, begun_s, seen)


def _note_decisions(decisions: Sequence[Decision], begun_s: float, seen: Measurement) -> None:
    """Decisions on the report's clock, which begins with the first counted frame, and on that of the spans."""
    spans_from_session_s = time.perf_counter() - time.monotonic()
    for decision in decisions:
        change = {"from": decision.from_level, "to": decision.to_level, "p95_ms": decision.p95_ms}
        seen.decisions.append({"time_s": decision.time_s - begun_s, **change})
        text = f"{decision.from_level} → {decision.to_level}"
        seen.marks.append((decision.time_s + spans_from_session_s, text))


def _present(session: LiveSession, picture: Picture, seen: Measurement) -> float:
    """Hand the picture on; what that took, ms."""
    start_s = time.perf_counter()
    with seen.timed(PRESENT, picture.result.frame.index):
        session.presented(picture)
    return (time.perf_counter() - start_s) * 1000.0


def _give_up_without_frames(config: ProfileConfig, session: LiveSession) -> None:
    capture = session.capture
    if capture.state == "failed" and not session.figures.frames:
        raise DeviceError(f"{capture.problem}\n{advice(config.source)}".strip())
    if session.has_ended:
        raise MediaError(f"{config.source} has no frames to measure")
