"""A source that pans over a photo, as if a camera moved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from arpipe import Frame
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Pixels

FPS = 30.0
COUNT = 60
SHARE = 0.9  # of the photo that is in view


class Pan(Source):
    """Yields `COUNT` frames, from the left edge of a photo to the right.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        name: Name of the photo, for messages.
    """

    def __init__(self, pixels: Pixels, name: str) -> None:
        self._pixels = pixels
        height, width = pixels.shape[:2]
        self.info = SourceInfo(name, int(width * SHARE), int(height * SHARE), FPS, COUNT)

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the photo `target`."""
        return cls(np.asarray(Image.open(Path(target)).convert("RGB")), target)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        room = self._pixels.shape[1] - self.info.width
        for index in range(COUNT):
            left = round(room * index / (COUNT - 1))
            view = self._pixels[: self.info.height, left : left + self.info.width]
            yield Frame(np.ascontiguousarray(view), index / FPS, index)

    def close(self) -> None:
        """Nothing is held."""
