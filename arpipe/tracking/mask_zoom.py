"""Where in a frame to look for people's outlines: all of it, or nearer while they are small."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import Frame, Points

STRIDE = 4  # px between those of a mask that are looked at
MARGIN = 0.12  # around people, over the long side of the box around them
LEAST_MARGIN = 0.05  # of a part that is kept
MOST_SPARE = 1.7  # area of a part that is kept over the area that would do
MOST_OF_FRAME, MOST_KEPT = 0.5, 0.65  # share of the frame above which no part is taken, and none is kept
BESIDE_FACE, ABOVE_FACE, BELOW_FACE = (
    1.7,
    0.7,
    5.0,
)  # how far a person reaches around the face, over its height
NARROWEST, WIDEST = 0.6, 1.8  # width over height of a part: people are not squeezed more than in whole frames


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a frame, px; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In px²."""
        return (self.right - self.left) * (self.bottom - self.top)

    def holds(self, other: "Part") -> bool:
        """Whether another one lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def grown(self, by: float, width: int, height: int) -> Self:
        """With a margin of `by` its long side, not too narrow nor wide, within a frame."""
        margin = by * max(self.right - self.left, self.bottom - self.top)
        wide, high = self.right - self.left + 2.0 * margin, self.bottom - self.top + 2.0 * margin
        wide, high = max(wide, NARROWEST * high), max(high, wide / WIDEST)
        x, y = (self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0
        left, top = max(0, int(x - wide / 2.0)), max(0, int(y - high / 2.0))
        right, bottom = min(width, int(np.ceil(x + wide / 2.0))), min(height, int(np.ceil(y + high / 2.0)))
        return type(self)(left, top, right, bottom)

    def of(self, frame: Frame) -> Frame:
        """A frame's part as a frame."""
        pixels = np.ascontiguousarray(frame.pixels[self.top : self.bottom, self.left : self.right])
        return Frame(pixels, frame.captured_s, frame.index)


def next_part(last: Part | None, mask: Points) -> Part | None:
    """Where to look in the next frame; None for all of it.

    Args:
        last: Where the mask was found; kept while it suits, because another part has other errors.
        mask: (h, w) of the whole frame.
    """
    people = _box(mask)
    height, width = mask.shape
    if people is None:
        return None
    wanted = people.grown(MARGIN, width, height)
    if wanted.area > (MOST_OF_FRAME if last is None else MOST_KEPT) * height * width:
        return None
    least = people.grown(LEAST_MARGIN, width, height)
    if last is not None and last.holds(least) and last.area <= MOST_SPARE * wanted.area:
        return last
    return wanted


def part_around(faces_px: Sequence[Array], width: int, height: int) -> Part | None:
    """Where the people of some faces are; None when that is most of the frame, or there is none.

    Args:
        faces_px: (4,) box of each face: left, top, right, bottom.
        width: Of the frame, px.
        height: The same.
    """
    if not faces_px:
        return None
    left, top, right, bottom = np.array(faces_px, np.float64).T
    tall = bottom - top
    low = np.array([(left - BESIDE_FACE * tall).min(), (top - ABOVE_FACE * tall).min()])
    high = np.array([(right + BESIDE_FACE * tall).max(), (bottom + BELOW_FACE * tall).max()])
    (x0, y0), (x1, y1) = np.clip([low, high], 0, (width, height)).astype(int)
    if x0 >= x1 or y0 >= y1:
        return None
    part = Part(int(x0), int(y0), int(x1), int(y1)).grown(LEAST_MARGIN, width, height)
    return part if part.area <= MOST_OF_FRAME * width * height else None


def shows(mask: Points, faces_px: Sequence[Array]) -> bool:
    """Whether a mask (h, w) has all faces that lie in its frame."""
    for box in faces_px:
        left, top, right, bottom = np.maximum(np.rint(box), 0).astype(int)
        face = mask[top:bottom, left:right]
        if face.size and float(face.mean()) < 0.5:
            return False
    return True


def _box(mask: Points) -> Part | None:
    """Around everything that is rather people than not."""
    inside = mask[::STRIDE, ::STRIDE] > 0.5
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) * STRIDE for axis in (1, 0))
    if not rows.size:
        return None
    bottom, right = min(int(rows[-1]) + STRIDE, mask.shape[0]), min(int(columns[-1]) + STRIDE, mask.shape[1])
    return Part(int(columns[0]), int(rows[0]), right, bottom)
