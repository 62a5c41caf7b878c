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
        pixels: (h, w, 3) uint8 RGB, C-contiguous. Shared: only who makes a block may write into it.
        left: Column of the first pixel in the picture.
        top: Row of the first pixel in the picture.
    """

    pixels: Pixels
    left: int = 0
    top: int = 0

    @property
    def part(self) -> Part:
        """The part of the picture that the block is."""
        height, width = self.pixels.shape[:2]
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def common(self, other: "Block") -> Part | None:
        """Return the part of the picture that is in both blocks; None without any."""
        rows, columns = (
            slice(max(ours.start, theirs.start), min(ours.stop, theirs.stop))
            for ours, theirs in zip(self.part, other.part, strict=True)
        )
        return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None

    def holds(self, part: Part) -> bool:
        """Whether a part of the picture is within the block."""
        return all(
            bool(ours.start <= wanted.start and wanted.stop <= ours.stop)
            for ours, wanted in zip(self.part, part, strict=True)
        )

    def cut(self, part: Part) -> Pixels:
        """Return a view of the pixels of a part of the picture that is within the block."""
        rows, columns = part
        return self.pixels[
            rows.start - self.top : rows.stop - self.top, columns.start - self.left : columns.stop - self.left
        ]
