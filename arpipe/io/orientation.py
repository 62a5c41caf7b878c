"""Turns stored pixels upright: one type for EXIF tags and for the display matrix of a video."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.types import Pixels


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight orientations of a picture.

    Attributes:
        transposed: Whether to swap rows and columns first.
        flip_x, flip_y: Whether to reverse columns and rows then.
    """

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the upright (width, height) of a stored picture."""
        return (height, width) if self.transposed else (width, height)

    def apply(self, pixels: Pixels) -> Pixels:
        """Return (h, w, c) stored pixels upright and C-contiguous; the same array if nothing changes."""
        if self.transposed:
            pixels = cv2.transpose(pixels)  # type: ignore[assignment]
        if self.flip_x or self.flip_y:
            axis = 0 if not self.flip_x else -1 if self.flip_y else 1
            pixels = cv2.flip(pixels, axis)  # type: ignore[assignment]
        return np.ascontiguousarray(pixels)


UPRIGHT = Orientation()

_BY_EXIF_TAG = {
    1: UPRIGHT,
    2: Orientation(flip_x=True),
    3: Orientation(flip_x=True, flip_y=True),
    4: Orientation(flip_y=True),
    5: Orientation(transposed=True),
    6: Orientation(transposed=True, flip_x=True),
    7: Orientation(transposed=True, flip_x=True, flip_y=True),
    8: Orientation(transposed=True, flip_y=True),
}


def orientation_from_exif(tag: int) -> Orientation:
    """Return the orientation for a value of EXIF tag 274; upright for undefined values."""
    return _BY_EXIF_TAG.get(tag, UPRIGHT)


def orientation_from_matrix(matrix: Sequence[int]) -> Orientation:
    """Return the orientation nearest to a video's display matrix.

    Args:
        matrix: Nine numbers a, b, u, c, d, v, x, y, w: a stored point (x, y) is shown at (ax + cy, bx + dy).
    """
    a, b, _, c, d = matrix[:5]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(flip_x=a < 0, flip_y=d < 0)
    return Orientation(transposed=True, flip_x=c < 0, flip_y=b < 0)
