"""Interlaced video: two half pictures of different moments in a frame become one whole picture."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph

Timed = tuple[av.VideoFrame, int]


def deinterlaced(frames: Iterable[Timed], time_base: Fraction) -> Iterator[Timed]:
    """Replace interlaced frames by whole pictures at the same times, by FFmpeg's bwdif; others pass.

    Frames before the first interlaced one pass without any delay.

    Args:
        frames: Frames with their times in units of the time base.
        time_base: Unit of the times, s.
    """
    graph, shape = None, None
    for frame, pts in frames:
        new_shape = (frame.width, frame.height, frame.format.name)
        if graph is not None and new_shape != shape:
            yield from _rest(graph)
            graph = None
        if graph is None and not frame.interlaced_frame:
            yield frame, pts
            continue
        if graph is None:
            graph, shape = _graph(frame, time_base), new_shape
        frame.pts, frame.time_base = pts, time_base
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        yield from _rest(graph)


def _graph(frame: av.VideoFrame, time_base: Fraction) -> Graph:
    graph = Graph()
    size = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
    source = graph.add("buffer", f"{size}:time_base={time_base.numerator}/{time_base.denominator}")
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[Timed]:
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError):
            return
        if isinstance(frame, av.VideoFrame) and frame.pts is not None:
            yield frame, frame.pts


def _rest(graph: Graph) -> Iterator[Timed]:
    graph.push(None)
    yield from _ready(graph)
