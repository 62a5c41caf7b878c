"""Arrays of pixels and points, and parts of pictures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]

Part = tuple[slice, slice]
"""Rows and columns of a picture, with starts and stops within it."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Pixels of a picture from some place on.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, C-contiguous. Shared, not copied: nobody writes into it.
        left: Column of the first pixel in the picture.
        top: Row of the first pixel in the picture.
    """

    pixels: Pixels
    left: int = 0
    top: int = 0

    def holds(self, part: Part) -> bool:
        """Whether a part of the picture is within the block."""
        rows, columns = self._moved(part)
        height, width = self.pixels.shape[:2]
        return bool(min(rows.start, columns.start) >= 0 and rows.stop <= height and columns.stop <= width)

    def cut(self, part: Part) -> Pixels:
        """Return a view of the pixels of a part of the picture that is within the block."""
        return self.pixels[self._moved(part)]

    def _moved(self, part: Part) -> Part:
        rows, columns = part
        return (
            slice(rows.start - self.top, rows.stop - self.top),
            slice(columns.start - self.left, columns.stop - self.left),
        )
