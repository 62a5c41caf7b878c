"""An output that puts pictures side by side, as on a film strip."""

from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from arpipe import FrameResult
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.types import Pixels

PICTURES = 6
HEIGHT_PX = 240


class FilmStrip(Sink):
    """Keeps the first of every few pictures, small, and writes one file when it is closed.

    Args:
        path: The file, PNG or JPEG.
        every: Keeps one of so many pictures.
    """

    def __init__(self, path: Path, every: int) -> None:
        self._path, self._every = path, every
        self._pictures: list[np.ndarray] = []
        self._count = 0

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:  # noqa: ARG003 - no video
        """Write the file `target`, with `PICTURES` pictures if the source says how many frames it has."""
        return cls(Path(target), max(1, (info.frame_count or PICTURES) // PICTURES))

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - the picture is enough
        """Keep one of every few pictures."""
        if self._count % self._every == 0 and len(self._pictures) < PICTURES:
            picture = Image.fromarray(pixels)
            width = round(picture.width * HEIGHT_PX / picture.height)
            self._pictures.append(np.asarray(picture.resize((width, HEIGHT_PX))))
        self._count += 1

    def close(self) -> None:
        """Write the file."""
        if self._pictures:
            Image.fromarray(np.concatenate(self._pictures, axis=1)).save(self._path)
            self._pictures = []
