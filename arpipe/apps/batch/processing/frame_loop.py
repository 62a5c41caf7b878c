"""Processes one input and writes its outputs."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.media import open_exports, open_media, open_sinks, readable_input
from arpipe.apps.batch.jobs.outcome import Outcome, Tally
from arpipe.apps.batch.processing.pipelines import BatchPipeline
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import Export
from arpipe.io.sink import Sink
from arpipe.io.source import Source, SourceInfo
from arpipe.io.video.reader import VideoFileConfig
from arpipe.pipeline.handover import BackgroundWriter
from arpipe.pipeline.runner import pictures, results
from arpipe.timing import Clock, TimingLog
from arpipe.types import Frame, FrameResult, Picture

CAPTURE_STAGE = "capture"
ENCODE_STAGE = "encode"


def run_job(
    job: Job,
    pipeline: BatchPipeline,
    video: VideoSinkConfig,
    log: TimingLog,
    on_start: Callable[[SourceInfo], None],
    on_frame: Callable[[], None],
    threads: int = 0,
    clock: Clock = time.perf_counter,
) -> Outcome:
    """Process an input, or a piece of one; its files appear once all of it is done, and not at all if it fails.

    Decoding, perception, drawing, and encoding with export run side by side; drawing stays on the calling thread. Only
    the data is written of frames that a piece shares with the one before.

    Args:
        job: What to do.
        pipeline: Reset first: tracks of the last input are forgotten.
        video: How videos are compressed; its quality holds for pictures too.
        log: Receives every frame's stages.
        on_start: Called once the input is open.
        on_frame: Called after each frame.
        threads: Number of threads that decode a video; 0 for as many as the machine has cores.
        clock: Monotonic seconds.

    Raises:
        ArpipeError: The input cannot be read, or an output not written.
    """
    start_s = clock()
    pipeline.reset()
    tally = Tally()
    capture_ms: dict[int, float] = {}
    with ExitStack() as stack:
        path = stack.enter_context(readable_input(job))
        decoding = VideoFileConfig(threads=threads, hwaccel=video.hwaccel)
        source = stack.enter_context(open_media(job, path, decoding))
        on_start(source.info)
        sinks = [stack.enter_context(sink) for sink in open_sinks(job, source, video)]
        exports = [stack.enter_context(export) for export in open_exports(job, source, pipeline.camera)]
        stream = _stream(_timed(source, capture_ms, clock), pipeline, draw=bool(sinks))
        stack.callback(stream.close)
        write = _FrameWriter(job, sinks, exports, capture_ms, log, clock)
        writer = stack.enter_context(BackgroundWriter(write, ENCODE_STAGE))
        for done in stream:
            writer.put(done)
            if job.includes(done.result.frame):
                tally.add(done.result, done.picture)
            on_frame()
        for sink in sinks:
            sink.end_s = source.end_s
            if job.piece is not None and not tally.frames:
                sink.abort()  # all frames of the piece are damaged: the join leaves it out
    return _outcome(job, tally, source, sinks, exports, pipeline.faces_left_out, clock() - start_s)


def _outcome(
    job: Job,
    tally: Tally,
    source: Source,
    sinks: Sequence[Sink],
    exports: Sequence[Export],
    faces_left_out: int,
    seconds: float,
) -> Outcome:
    """Return what came of a job, given its parts and what `Outcome` has besides."""
    parts: list[Source | Sink] = [source, *sinks]
    return Outcome(
        tally.frames,
        tally.frames_found,
        source.decode_errors,
        seconds,
        tally.most,
        tally.wearing,
        None if job.output is None else tally.frames_drawn,
        tuple(note for part in parts for note in part.notes),
        tuple(loss for part in (*parts, *exports) for loss in part.losses),
        source.end_s,
        faces_left_out,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Processed:
    """A frame that is ready to be written.

    Attributes:
        result: What is known of it.
        picture: The frame with all effects on it; None where only data is written, for which no picture is converted.
    """

    result: FrameResult
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class _FrameWriter:
    """Writes a frame into all outputs of a job, and logs its stages.

    Attributes:
        job: Decides which pictures are written and logged.
        sinks: Where the picture goes.
        exports: Where the result goes.
        capture_ms: Index of a frame → time that its capture took, ms; entries are removed as frames are written.
        log: Receives the stages.
        clock: Monotonic seconds.
    """

    job: Job
    sinks: Sequence[Sink]
    exports: Sequence[Export]
    capture_ms: dict[int, float]
    log: TimingLog
    clock: Clock

    def __call__(self, done: _Processed) -> None:
        begun_s, result = self.clock(), done.result
        captured_ms = self.capture_ms.pop(result.frame.index)
        for export in self.exports:
            export.write(result)
        if not self.job.includes(result.frame):
            return
        if done.picture is not None:
            for sink in self.sinks:
                sink.write_picture(done.picture)
        encode_ms = (self.clock() - begun_s) * 1000.0
        self.log.record({CAPTURE_STAGE: captured_ms, **result.timings_ms, ENCODE_STAGE: encode_ms})


def _stream(
    frames: Iterable[Frame], pipeline: BatchPipeline, *, draw: bool
) -> Generator[_Processed, None, None]:
    """Yield frames with their pictures, if these are drawn."""
    if draw:
        with closing(pictures(frames, pipeline)) as drawn:
            yield from (_Processed(picture.result, picture) for picture in drawn)
    else:
        with closing(results(frames, pipeline)) as found:
            yield from (_Processed(result, None) for result in found)


def _timed(frames: Iterable[Frame], capture_ms: dict[int, float], clock: Clock) -> Iterator[Frame]:
    """Yield frames, and record how long the capture of each took, ms, under its index."""
    start_s = clock()
    for frame in frames:
        capture_ms[frame.index] = (clock() - start_s) * 1000.0
        yield frame
        start_s = clock()
