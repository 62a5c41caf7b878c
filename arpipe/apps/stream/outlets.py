"""Outputs of live pictures besides the screen; none of them delays the camera."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.audio.sound import OpenSound
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.writer import write_picture
from arpipe.io.sink import Sink
from arpipe.io.sinks import LiveSink
from arpipe.pipeline.handover import BackgroundWriter
from arpipe.types import Picture, Pixels

SLOTS = 3  # pending pictures, because encoders now and then take longer than one frame


class Outlet:
    """A sink with a writer thread of its own; pictures that come while it is busy are dropped and counted.

    Args:
        sink: The sink, closed with the outlet.
        name: Name for messages.

    Attributes:
        sink: The sink.
        name: Name for messages.
        dropped: Dropped pictures.
    """

    def __init__(self, sink: Sink, name: str) -> None:
        self.name = name
        self.dropped = 0
        self.sink = sink
        self._writer: BackgroundWriter[Picture] = BackgroundWriter(self._write, "encode", SLOTS)

    def offer(self, picture: Picture) -> None:
        """Queue a picture, or drop it; re-raises an error of the sink for an earlier one."""
        if not self._writer.offer(picture):
            self.dropped += 1

    def close(self) -> None:
        """Write pending pictures and close the sink; raises an error of either. May be called twice."""
        try:
            self._writer.close()
        except BaseException:
            self.sink.abort()
            raise
        self.sink.close()

    def abandon(self) -> None:
        """Discard pending pictures and abort the sink; may be called twice."""
        self._writer.abort()
        self.sink.abort()

    def _write(self, picture: Picture) -> None:
        self.sink.write(picture.pixels, picture.result)


class Recording(LiveSink):
    """A video file that begins with its first picture and stays readable however the program ends.

    Args:
        path: The file; it must not exist yet.
        config: Compression.
        open_sound: Opens its sound; None for a recording without sound.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, config: VideoSinkConfig, open_sound: OpenSound | None = None) -> None:
        super().__init__(f"video:{path}", config, open_sound)
        self.path = path


def free_path(wanted: Path) -> Path:
    """Return the path, with a number added to its name if it is taken, and create its folder.

    Raises:
        OutputError: The folder cannot be created.
    """
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{wanted.parent}: cannot be created ({error.strerror}); choose another folder"
        ) from error
    numbered = (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2))
    return wanted if not wanted.exists() else next(path for path in numbered if not path.exists())


def dated_path(
    folder: Path, suffix: str, local_time: Callable[[], time.struct_time] = time.localtime
) -> Path:
    """Return a free path named after the local time."""
    return free_path(folder / f"arpipe-{time.strftime('%Y%m%d-%H%M%S', local_time())}{suffix}")


def save_snapshot(pixels: Pixels, folder: Path) -> Path:
    """Write a picture, (h, w, 3) RGB or (h, w, 4) RGBA, as PNG and return its path.

    Raises:
        OutputError: The file cannot be written.
    """
    path = dated_path(folder, ".png")
    write_picture(path, pixels, {"compress_level": 1})
    return path
