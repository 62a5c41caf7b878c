"""The only loop: frames from a source, through a pipeline, to sinks.

Capture, perception, drawing and writing overlap, each in a thread of its own; drawing stays on the caller's,
which owns OpenGL. Nothing is lost here: a live source drops old frames itself, when they are not taken in time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Protocol

from arpipe.io.sink import Sink
from arpipe.pipeline.handover import BackgroundWriter, Prefetch
from arpipe.types import Frame, FrameResult, Picture

FRAMES_AHEAD = 2  # decoded pictures waiting; a key frame takes longer than one period


class FramePipeline(Protocol):
    """What `pictures` needs of a pipeline; `arpipe.pipeline.pipeline.Pipeline` is one."""

    def detect(self, frame: Frame) -> FrameResult:
        """Look at the next frame; called on a thread of its own."""
        ...

    def render(self, result: FrameResult) -> Picture:
        """Draw; called on the caller's thread."""
        ...


def pictures(frames: Iterable[Frame], pipeline: FramePipeline) -> Iterator[Picture]:
    """Every frame, seen and drawn, in order; reading and perception run ahead in their own threads.

    Close the generator (or exhaust it) to stop the threads.
    """
    with ExitStack() as threads:
        captured = threads.enter_context(Prefetch(frames, "capture", FRAMES_AHEAD))
        results = threads.enter_context(Prefetch(map(pipeline.detect, captured), "perception"))
        for result in results:
            yield pipeline.render(result)


def results(frames: Iterable[Frame], pipeline: FramePipeline) -> Iterator[FrameResult]:
    """Every frame, seen but not drawn, in order; reading runs ahead in its own thread."""
    with Prefetch(frames, "capture", FRAMES_AHEAD) as captured:
        for frame in captured:
            yield pipeline.detect(frame)


def run(
    frames: Iterable[Frame],
    pipeline: FramePipeline,
    sinks: Sequence[Sink],
    watch: Callable[[Picture], bool | None] | None = None,
) -> int:
    """Move every frame through the pipeline to all sinks and count them.

    The sinks are written to on a thread of their own; the caller opens and closes them.

    Args:
        frames: A source, or any frames.
        pipeline: Sees and draws.
        sinks: Where pictures go.
        watch: Called with each picture on the caller's thread; False ends the run.

    Raises:
        Exception: Whatever reading, seeing, drawing or writing raised first.
    """
    count = 0

    def write(picture: Picture) -> None:
        for sink in sinks:
            sink.write(picture.with_alpha, picture.result)

    stream = pictures(frames, pipeline)
    with ExitStack() as stack:
        stack.callback(stream.close)  # type: ignore[attr-defined]  # a generator
        writer = stack.enter_context(BackgroundWriter(write, "encode"))
        for picture in stream:
            writer.put(picture)
            count += 1
            if watch is not None and watch(picture) is False:
                break
    return count
