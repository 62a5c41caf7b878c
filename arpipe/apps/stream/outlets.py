"""Where live pictures go besides the screen; none of it ever holds the camera up."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.writer import write_picture
from arpipe.io.sink import Sink
from arpipe.io.sinks import LiveSink
from arpipe.pipeline.handover import BackgroundWriter
from arpipe.types import Picture, Pixels

SLOTS = 3  # pictures waiting; an encoder now and then needs longer than a frame's time


class Outlet:
    """A sink written to in a thread of its own; what comes while it is busy is dropped and counted.

    Args:
        sink: Closed with the outlet.
        name: For messages.

    Attributes:
        sink: As given.
        dropped: Pictures that the sink had no time for.
    """

    def __init__(self, sink: Sink, name: str) -> None:
        self.name = name
        self.dropped = 0
        self.sink = sink
        self._writer: BackgroundWriter[Picture] = BackgroundWriter(self._write, "encode", SLOTS)

    def offer(self, picture: Picture) -> None:
        """Hand a picture over; raises what the sink raised for an earlier one."""
        if not self._writer.offer(picture):
            self.dropped += 1

    def close(self) -> None:
        """Write the rest and close the sink; raises what either raised. May be called twice."""
        try:
            self._writer.close()
        except BaseException:
            self.sink.abort()
            raise
        self.sink.close()

    def abandon(self) -> None:
        """Stop after an error; may be called twice."""
        self._writer.abort()
        self.sink.abort()

    def _write(self, picture: Picture) -> None:
        self.sink.write(picture.pixels, picture.result)


class Recording(LiveSink):
    """A video file that begins with its first picture and stays readable however the program ends.

    Args:
        path: The file; must not exist yet.
        config: Compression.
    """

    def __init__(self, path: Path, config: VideoSinkConfig) -> None:
        super().__init__(f"video:{path}", config)
        self.path = path


def free_path(wanted: Path) -> Path:
    """The path, or with a number added to its name if there is something already; its folder is made.

    Raises:
        OutputError: The folder cannot be made.
    """
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{wanted.parent}: cannot be made ({error.strerror}); choose another folder"
        ) from error
    numbered = (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2))
    return wanted if not wanted.exists() else next(path for path in numbered if not path.exists())


def dated_path(
    folder: Path, suffix: str, local_time: Callable[[], time.struct_time] = time.localtime
) -> Path:
    """A free path whose name says when."""
    return free_path(folder / f"arpipe-{time.strftime('%Y%m%d-%H%M%S', local_time())}{suffix}")


def save_snapshot(pixels: Pixels, folder: Path) -> Path:
    """Write a picture, (h, w, 3) RGB or (h, w, 4) RGBA, as PNG; gives its path.

    Raises:
        OutputError: It cannot be written.
    """
    path = dated_path(folder, ".png")
    write_picture(path, pixels, {"compress_level": 1})
    return path
