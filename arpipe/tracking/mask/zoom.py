"""Which part of a frame to segment: all of it, or only the part with people while they are small."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import Frame, Points

STRIDE = 4  # px between the samples of a mask
MARGIN = 0.12  # around people, as a share of the long side of their box
LEAST_MARGIN = 0.05  # least margin of a part that is kept
MOST_SPARE = 1.7  # largest area of a part that is kept, over the area that would suffice
MOST_OF_FRAME, MOST_KEPT = (
    0.5,
    0.65,
)  # share of the frame above which no part is taken, and above which none is kept
# How far a person extends around the face, in face heights.
BESIDE_FACE, ABOVE_FACE, BELOW_FACE = 1.7, 0.7, 5.0
NARROWEST, WIDEST = (
    0.6,
    1.8,
)  # width over height of a part, so that people are squeezed no more than in whole frames


@dataclass(frozen=True, slots=True)
class FramePart:
    """A rectangle of a frame, px; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Area, px²."""
        return (self.right - self.left) * (self.bottom - self.top)

    def holds(self, other: "FramePart") -> bool:
        """Whether another part lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def grown(self, by: float, width: int, height: int) -> Self:
        """Return the part with a margin, clipped to the frame, and neither too narrow nor too wide.

        Args:
            by: Margin, as a share of the long side.
            width: Width of the frame, px.
            height: Height of the frame, px.
        """
        margin = by * max(self.right - self.left, self.bottom - self.top)
        wide, high = self.right - self.left + 2.0 * margin, self.bottom - self.top + 2.0 * margin
        wide, high = max(wide, NARROWEST * high), max(high, wide / WIDEST)
        x, y = (self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0
        left, top = max(0, int(x - wide / 2.0)), max(0, int(y - high / 2.0))
        right, bottom = min(width, int(np.ceil(x + wide / 2.0))), min(height, int(np.ceil(y + high / 2.0)))
        return type(self)(left, top, right, bottom)

    @property
    def box_px(self) -> Array:
        """(4,) left, top, right, bottom."""
        return np.array([self.left, self.top, self.right, self.bottom], np.float64)

    def scaled(self, across: float, down: float) -> Self:
        """Return the part in a picture of the frame at another size, at least one pixel wide and high."""
        left, top = int(self.left * across), int(self.top * down)
        right, bottom = round(self.right * across), round(self.bottom * down)
        return type(self)(left, top, max(right, left + 1), max(bottom, top + 1))

    def of(self, frame: Frame) -> Frame:
        """Cut the part out of a frame."""
        pixels = np.ascontiguousarray(
            frame.part((slice(self.top, self.bottom), slice(self.left, self.right)))
        )
        return Frame(pixels, frame.captured_s, frame.index)


def next_part(last: FramePart | None, mask: Points) -> FramePart | None:
    """Return the part to segment in the next frame; None for all of it.

    Args:
        last: FramePart that the mask was found in; kept while it fits, because another part has other errors.
        mask: (h, w) mask of the whole frame.
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


def part_around(faces_px: Sequence[Array], width: int, height: int) -> FramePart | None:
    """Return the part with the people whose faces are given; None when that is most of the frame, or none is given.

    Args:
        faces_px: (4,) box of each face: left, top, right, bottom, px.
        width: Width of the frame, px.
        height: Height of the frame, px.
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
    part = FramePart(int(x0), int(y0), int(x1), int(y1)).grown(LEAST_MARGIN, width, height)
    return part if part.area <= MOST_OF_FRAME * width * height else None


def covers_faces(mask: Points, faces_px: Sequence[Array]) -> bool:
    """Whether a mask (h, w) covers all faces that lie in its frame."""
    for box in faces_px:
        left, top, right, bottom = np.maximum(np.rint(box), 0).astype(int)
        face = mask[top:bottom, left:right]
        if face.size and float(face.mean()) < 0.5:
            return False
    return True


def _box(mask: Points) -> FramePart | None:
    """Return the part around everything above 0.5."""
    inside = mask[::STRIDE, ::STRIDE] > 0.5
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) * STRIDE for axis in (1, 0))
    if not rows.size:
        return None
    bottom, right = min(int(rows[-1]) + STRIDE, mask.shape[0]), min(int(columns[-1]) + STRIDE, mask.shape[1])
    return FramePart(int(columns[0]), int(rows[0]), right, bottom)
