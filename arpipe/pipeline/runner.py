"""Process every frame of a source, for recorded files.

Capture, perception and writing have a thread each; drawing stays on the caller's thread, which owns OpenGL. No frame
is dropped here; the loop for live sources is in `arpipe.apps.stream`.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack
from typing import Protocol

from arpipe.io.sink import Sink
from arpipe.pipeline.handover import BackgroundWriter, Prefetch
from arpipe.types import Frame, FrameResult, Picture

FRAMES_AHEAD = 2  # decoded frames waiting, because key frames take longer to decode


class FramePipeline(Protocol):
    """What `pictures` needs of a pipeline; see `Pipeline`."""

    def detect(self, frame: Frame) -> FrameResult:
        """Detect everything in the next frame; called on the perception thread."""
        ...

    def render(self, result: FrameResult) -> Picture:
        """Draw the effects; called on the caller's thread."""
        ...


def pictures(frames: Iterable[Frame], pipeline: FramePipeline) -> Generator[Picture]:
    """Yield the picture of every frame in order; capture and perception run ahead on threads of their own.

    Close or exhaust the generator to stop the threads.
    """
    with ExitStack() as threads:
        captured = threads.enter_context(Prefetch(frames, "capture", FRAMES_AHEAD))
        results = threads.enter_context(Prefetch(map(pipeline.detect, captured), "perception"))
        for result in results:
            yield pipeline.render(result)


def results(frames: Iterable[Frame], pipeline: FramePipeline) -> Generator[FrameResult]:
    """Yield the result of every frame in order, without drawing; capture runs ahead on a thread of its own."""
    with Prefetch(frames, "capture", FRAMES_AHEAD) as captured:
        for frame in captured:
            yield pipeline.detect(frame)


def run(
    frames: Iterable[Frame],
    pipeline: FramePipeline,
    sinks: Sequence[Sink],
    watch: Callable[[Picture], bool | None] | None = None,
) -> int:
    """Write the picture of every frame to all sinks, on a thread of its own.

    Args:
        frames: A source, or any frames.
        pipeline: Detects and draws.
        sinks: The sinks; the caller closes them.
        watch: Called with each picture on the caller's thread; returning False ends the run.

    Returns:
        The number of pictures.

    Raises:
        Exception: The first error of reading, perception, drawing or writing.
    """
    count = 0

    def write(picture: Picture) -> None:
        for sink in sinks:
            sink.write_picture(picture)

    stream = pictures(frames, pipeline)
    with ExitStack() as stack:
        stack.callback(stream.close)
        writer = stack.enter_context(BackgroundWriter(write, "encode"))
        for picture in stream:
            writer.put(picture)
            count += 1
            if watch is not None and watch(picture) is False:
                break
    return count
