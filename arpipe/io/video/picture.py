"""Decoded frames as RGB pixels of one size: upright, with square pixels, in BT.709 or BT.601."""

from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type as SideDataType

from arpipe.io.limits import LONGEST_SIDE_PX, limits
from arpipe.io.orientation import UPRIGHT, Orientation, orientation_from_matrix
from arpipe.io.traits import ColorTags
from arpipe.io.video import standard_range
from arpipe.io.video.color import ToRgb, tags_of
from arpipe.io.video.decoded import ConvertedPicture, PlanarPicture
from arpipe.io.video.editing import can_edit
from arpipe.io.video.planes import open_conversion
from arpipe.types import Pixels, StoredPicture, StoredRgb

MOST_ANAMORPHIC = Fraction(4)  # no format stretches more; larger aspects are mistakes in the file


class FrameConverter:
    """Turns decoded frames into RGB pixels of the size that the first one has.

    A later frame of another shape is fitted into that size, with black beside it.

    Args:
        first: The first frame.
        sample_aspect: Width over height of a stored pixel; None if unknown.

    Attributes:
        width, height: Size of the pixels, px, upright and square.
        tags: How numbers of these pixels stand for colours.
        notes: What was converted.
    """

    def __init__(self, first: av.VideoFrame, sample_aspect: Fraction | None) -> None:
        self._orientation = _orientation(first)
        self._aspect = _plausible(sample_aspect)
        self._stored = _square_size(first.width, first.height, self._aspect)
        self.width, self.height = self._orientation.size(*self._stored)
        stored_tags = tags_of(first)
        self._wide = standard_range.needs_conversion(stored_tags)
        self.tags = standard_range.TAGS if self._wide else stored_tags
        self.notes = self._describe(first, stored_tags)
        self._way = _Way(first, self.tags, self._stored, self._wide)
        self._planes_to_rgb = open_conversion(first, self.tags)
        self._format = first.format.name

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        """Return (height, width, 3) uint8 RGB, C-contiguous, not shared with the decoder."""
        if not self._way.fits(frame):
            inner = _inside(_square_size(frame.width, frame.height, self._aspect), self._stored)
            self._way = _Way(frame, self.tags, inner, self._wide)
            self._say_fitted(frame)
        return self._orientation.apply(_centred(self._way(frame), *self._stored))

    def picture(self, frame: av.VideoFrame) -> StoredPicture:
        """Return a frame as a picture, which is converted later if compiled code converts parts of such frames."""
        if not (self._keeps_layout(frame) and can_edit(frame)):
            return StoredRgb(self(frame))  # only edits need the decoded frame
        if self._planes_to_rgb is not None and self._way.fits(frame):
            return PlanarPicture(frame, self.tags, self._planes_to_rgb)
        return ConvertedPicture(frame, self.tags, self(frame))

    def _keeps_layout(self, frame: av.VideoFrame) -> bool:
        """Whether the pixels of a frame are where it stores them, and differ from it by the conversion to RGB alone."""
        return (
            self._orientation == UPRIGHT
            and not self._wide
            and frame.format.name == self._format  # another one may be of another range
            and (frame.width, frame.height) == (self.width, self.height)
        )

    @property
    def transposed(self) -> bool:
        """Whether stored rows are shown as columns."""
        return self._orientation.transposed

    def _describe(self, first: av.VideoFrame, stored_tags: ColorTags) -> tuple[str, ...]:
        notes = []
        if self._stored != (first.width, first.height):
            notes.append(
                f"{first.width}x{first.height} with pixels of {self._aspect} became "
                f"{self._stored[0]}x{self._stored[1]} with square ones"
            )
        if self._wide:
            notes.append(f"{standard_range.described(stored_tags)} became BT.709")
        bits = max((component.bits for component in first.format.components), default=8)
        if bits > 8:
            notes.append(f"{bits} bits per colour became 8")
        if any(component.is_alpha for component in first.format.components):
            notes.append("transparency is not read")
        return tuple(notes)

    def _say_fitted(self, frame: av.VideoFrame) -> None:
        note = f"frames of {frame.width}x{frame.height} are fitted into {self.width}x{self.height}"
        if (frame.width, frame.height) != self._stored and note not in self.notes:
            self.notes += (note,)


class _Way:
    """The conversion of frames of one shape and one colour format."""

    def __init__(self, like: av.VideoFrame, tags: ColorTags, size: tuple[int, int], wide: bool) -> None:
        self._shape = _shape_of(like)
        self._to_standard = standard_range.ToStandardRange(like) if wide else None
        self._to_rgb = ToRgb(tags, *size)

    def fits(self, frame: av.VideoFrame) -> bool:
        return _shape_of(frame) == self._shape

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        return self._to_rgb(frame if self._to_standard is None else self._to_standard(frame))


def _shape_of(frame: av.VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _plausible(sample_aspect: Fraction | None) -> Fraction:
    if not sample_aspect or not 1 / MOST_ANAMORPHIC <= sample_aspect <= MOST_ANAMORPHIC:
        return Fraction(1)
    return sample_aspect


def _square_size(width: int, height: int, aspect: Fraction) -> tuple[int, int]:
    """Return the size in square pixels, px: the side that pixels are long in grows, so that no detail is lost."""
    if aspect == 1:
        return width, height
    wide, high = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
    size = wide + wide % 2, high + high % 2
    too_large = size[0] * size[1] > limits().frame_pixels or max(size) > LONGEST_SIDE_PX
    return (width, height) if too_large else size


def _inside(size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size of the same shape that fits into a frame, px."""
    scale = min(frame[0] / size[0], frame[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _centred(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return pixels in the middle of a black picture; themselves if they fill it."""
    below, right = height - pixels.shape[0], width - pixels.shape[1]
    if not below and not right:
        return pixels
    margins = (below // 2, below - below // 2, right // 2, right - right // 2)
    return np.asarray(cv2.copyMakeBorder(pixels, *margins, cv2.BORDER_CONSTANT), np.uint8)


def _orientation(frame: av.VideoFrame) -> Orientation:
    side_data: Any = frame.side_data  # its stubs know keys of text only
    for index in range(len(side_data)):
        data = side_data[index]
        if data.type is SideDataType.DISPLAYMATRIX:
            return orientation_from_matrix(np.frombuffer(bytes(data), dtype=np.int32).tolist())
    return UPRIGHT
