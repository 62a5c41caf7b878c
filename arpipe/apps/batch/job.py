"""Processes one input and writes its outputs."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from arpipe.apps.batch.targets import Job
from arpipe.effects.packs import Pack
from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import Export, ExportHeader, open_export
from arpipe.io.object_store import local_copy
from arpipe.io.sink import Sink
from arpipe.io.sinks import open_sink
from arpipe.io.source import Source, SourceInfo
from arpipe.io.sources import media_kind, open_source
from arpipe.io.video.reader import VideoFile, VideoFileConfig
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.handover import BackgroundWriter
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.runner import FramePipeline, pictures, results
from arpipe.timing import Clock, TimingLog
from arpipe.types import Frame, Picture

_KINDS = {"images": "a picture", "animation": "an animation", "video": "a video"}

CAPTURE_STAGE = "capture"
ENCODE_STAGE = "encode"


class BatchPipeline(FramePipeline, Protocol):
    """The part of `arpipe.Pipeline` that a batch needs; tests bring their own."""

    @property
    def camera(self) -> CameraModel:  # noqa: D102
        ...

    @property
    def faces_left_out(self) -> int:  # noqa: D102
        ...

    def reset(self) -> None:  # noqa: D102
        ...

    def close(self) -> None:  # noqa: D102
        ...


class ControllablePipeline(BatchPipeline, Protocol):
    """The part of `arpipe.Pipeline` that controls need, too."""

    @property
    def perception(self) -> Perception:  # noqa: D102
        ...

    def set_effects(self, effects: Sequence[str | Pack]) -> None:  # noqa: D102
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one input.

    Attributes:
        frames: Frames processed.
        frames_found: Those with at least one face, body or hand.
        decode_errors: Damaged parts that were skipped.
        seconds: Wall time.
        most: Results such as "faces" → most of them in one frame; those that were found.
        wearing: Most faces in one frame that already wear glasses.
        is_drawn: Whether any picture differs from its frame; True where no pictures were requested.
        notes: Sentences on how the output differs from the input.
        losses: Sentences on content of the input that the output lacks.
    """

    frames: int
    frames_found: int
    decode_errors: int
    seconds: float
    most: Mapping[str, int] = field(default_factory=dict)
    wearing: int = 0
    is_drawn: bool = True
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


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
    """Process one input; its files appear once all of it is done, and not at all if it fails.

    Decoding, perception, drawing, and encoding with export run side by side; drawing stays on the calling thread.

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
    tally = _Tally(is_drawn=job.output is None)
    capture_ms: dict[int, float] = {}
    with ExitStack() as stack:
        path = stack.enter_context(local_copy(job.spec))
        decoding = VideoFileConfig(threads=threads, hwaccel=video.hwaccel)
        source = stack.enter_context(_open(job, path, decoding))
        on_start(source.info)
        sinks = [stack.enter_context(sink) for sink in _open_sinks(job, source, video)]
        exports = [stack.enter_context(export) for export in _open_exports(job, source, pipeline)]
        stream = _stream(_timed(source, capture_ms, clock), pipeline, draw=bool(sinks))
        stack.callback(stream.close)
        write = _PictureWriter(sinks, exports, capture_ms, log, clock)
        writer = stack.enter_context(BackgroundWriter(write, ENCODE_STAGE))
        for picture in stream:
            writer.put(picture)
            tally.add(picture)
            on_frame()
        for sink in sinks:
            sink.end_s = source.end_s
    parts: list[Source | Sink] = [source, *sinks]
    return Outcome(
        tally.frames,
        tally.frames_found,
        source.decode_errors,
        clock() - start_s,
        tally.most,
        tally.wearing,
        tally.is_drawn,
        (*(note for part in parts for note in part.notes), *_left_out(pipeline.faces_left_out)),
        tuple(loss for part in (*parts, *exports) for loss in part.losses),
    )


@dataclass(slots=True)
class _Tally:
    """Counts of a running job; see `Outcome`."""

    is_drawn: bool
    frames: int = 0
    frames_found: int = 0
    most: dict[str, int] = field(default_factory=dict)
    wearing: int = 0

    def add(self, picture: Picture) -> None:
        self.frames += 1
        found = {name: len(each) for name, each in picture.result.tracked().items() if each}
        self.frames_found += bool(found)
        self.wearing = max(self.wearing, sum(face.wears_glasses for face in picture.result.faces))
        for name, count in found.items():
            self.most[name] = max(count, self.most.get(name, 0))
        self.is_drawn = self.is_drawn or _differs(picture)


@dataclass(frozen=True, slots=True)
class _PictureWriter:
    """Writes a picture and its result into all outputs of a job, and logs the stages of its frame.

    Attributes:
        sinks: Where the picture goes.
        exports: Where the result goes.
        capture_ms: Index of a frame → time that its capture took, ms; entries are removed as frames are written.
        log: Receives the stages.
        clock: Monotonic seconds.
    """

    sinks: Sequence[Sink]
    exports: Sequence[Export]
    capture_ms: dict[int, float]
    log: TimingLog
    clock: Clock

    def __call__(self, picture: Picture) -> None:
        begun_s, result = self.clock(), picture.result
        for sink in self.sinks:
            sink.write(picture.with_alpha, result)
        for export in self.exports:
            export.write(result)
        encode_ms = (self.clock() - begun_s) * 1000.0
        captured_ms = self.capture_ms.pop(result.frame.index)
        self.log.record({CAPTURE_STAGE: captured_ms, **result.timings_ms, ENCODE_STAGE: encode_ms})


def _left_out(faces: int) -> Iterator[str]:
    """Say that faces were detected and not followed."""
    if faces > 0:
        more = "1 more face was" if faces == 1 else f"{faces} more faces were"
        yield f"{more} detected in a frame than followed; raise --max-faces to follow more"


def _differs(picture: Picture) -> bool:
    """Whether anything was drawn: transparency, or a pixel that differs from the frame."""
    frame = picture.result.frame.pixels
    return picture.with_alpha.shape != frame.shape or not np.array_equal(picture.pixels, frame)


def _stream(
    frames: Iterable[Frame], pipeline: BatchPipeline, *, draw: bool
) -> Generator[Picture, None, None]:
    """Yield pictures, or results with the unchanged frame as their picture."""
    if draw:
        yield from pictures(frames, pipeline)
    else:
        for result in results(frames, pipeline):
            yield Picture(result.frame.pixels, result)


def _timed(frames: Iterable[Frame], capture_ms: dict[int, float], clock: Clock) -> Iterator[Frame]:
    """Yield frames, and record how long the capture of each took, ms, under its index."""
    start_s = clock()
    for frame in frames:
        capture_ms[frame.index] = (clock() - start_s) * 1000.0
        yield frame
        start_s = clock()


def _open(job: Job, path: Path, decoding: VideoFileConfig) -> Source:
    """Open an input, of which `path` is a local copy if it is in an object store."""
    if job.kind == "sample":
        return open_source(job.spec)
    found = media_kind(path)
    if found != job.kind:
        raise MediaError(
            f"{job.spec}: holds {_KINDS[found]}, but its name says {_KINDS[job.kind]}; rename it, or give it by name"
        )
    is_video = job.kind == "video"
    source = VideoFile(path, decoding) if is_video else open_source(path)
    if path != Path(job.spec):
        source.info = replace(source.info, name=job.spec)
    return source


def _open_sinks(job: Job, source: Source, video: VideoSinkConfig) -> Iterator[Sink]:
    if job.output is not None:
        yield open_sink(job.output, source.info, video)


def _open_exports(job: Job, source: Source, pipeline: BatchPipeline) -> Iterator[Export]:
    if job.export is not None:
        info = source.info
        camera = pipeline.camera.intrinsics_for_size(info.width, info.height, info.camera)
        yield open_export(job.export, ExportHeader(camera, source.info.name), job.export_format)
