"""How numbers in a video stand for colours: the four tags of a stream, and conversion that honours them.

A video without tags is read as players read it: BT.709 from `HD_WIDTH` × `HD_HEIGHT` on, BT.601 below,
limited range. What is written carries the tags of what was read, none included, and was converted by the same
matrix, so colours survive the round trip.
"""

from dataclasses import dataclass

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

from arpipe.types import Pixels

HD_WIDTH = 1280
HD_HEIGHT = 577

# Values of ITU-T H.273, which streams carry.
BT709 = 1
UNSPECIFIED = 2
SMPTE170M = 6
LIMITED_RANGE = 1
FULL_RANGE = 2
_RGB_MATRIX = 0

# H.273 matrix → the constant by which the scaler knows its coefficients.
_SCALER_MATRIX = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}

_TO_RGB = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_FROM_RGB = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)


@dataclass(frozen=True, slots=True)
class ColorTags:
    """Colour tags of a stream, in H.273's numbers; 2 (0 for the range) stands for "not said".

    Attributes:
        matrix: RGB to YUV: 1 is BT.709, 5 and 6 are BT.601, 9 is BT.2020.
        range: 1 is limited (16 to 235), 2 is full.
        primaries: Colours of the three primaries.
        transfer: Transfer curve.
    """

    matrix: int = UNSPECIFIED
    range: int = 0
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED

    @classmethod
    def of_frame(cls, frame: av.VideoFrame) -> "ColorTags":
        """The tags of a decoded frame; those of BT.709 or BT.601 for one that holds RGB."""
        if frame.format.is_rgb or frame.colorspace == _RGB_MATRIX:
            return cls.for_size(frame.width, frame.height)
        full = frame.format.name.startswith("yuvj")
        return cls(
            matrix=int(frame.colorspace),
            range=FULL_RANGE if full else int(frame.color_range),
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
        )

    @classmethod
    def for_size(cls, width: int, height: int) -> "ColorTags":
        """The tags that a new video of this size gets."""
        kind = BT709 if _is_hd(width, height) else SMPTE170M
        return cls(matrix=kind, range=LIMITED_RANGE, primaries=kind, transfer=kind)

    def scaler_matrix(self, width: int, height: int) -> int:
        """The scaler's number for the matrix; guessed from the size where the stream does not say."""
        guess = BT709 if _is_hd(width, height) else SMPTE170M
        return _SCALER_MATRIX.get(self.matrix, _SCALER_MATRIX[guess])

    @property
    def scaler_range(self) -> int:
        """The scaler's number for the range; limited where the stream does not say."""
        return FULL_RANGE if self.range == FULL_RANGE else LIMITED_RANGE


def _is_hd(width: int, height: int) -> bool:
    return max(width, height) >= HD_WIDTH or min(width, height) >= HD_HEIGHT


class ToRgb:
    """Turns decoded frames into RGB pixels of one size.

    Args:
        tags: How to read the numbers.
        width, height: Size of the result, stored orientation, px.
    """

    def __init__(self, tags: ColorTags, width: int, height: int) -> None:
        self._scaler = VideoReformatter()
        self._tags = tags
        self._width, self._height = width, height

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        """(height, width, 3) uint8 RGB, C-contiguous, not shared with the decoder."""
        matrix = self._tags.scaler_matrix(self._width, self._height)
        is_rgb = frame.format.is_rgb
        # Into planes: for packed RGB the scaler has a fast way that is one level too dark, and a true one that
        # takes three times as long as this and the merging.
        planes = self._scaler.reformat(
            frame,
            width=self._width,
            height=self._height,
            format="gbrp",
            src_colorspace=None if is_rgb else matrix,
            dst_colorspace=None if is_rgb else matrix,
            src_color_range=FULL_RANGE if is_rgb else self._tags.scaler_range,
            dst_color_range=FULL_RANGE,
            interpolation=_TO_RGB,
            threads=1,
        ).planes
        green, blue, red = (_pixels_of(plane) for plane in planes)
        return np.asarray(cv2.merge((red, green, blue)), dtype=np.uint8)


def _pixels_of(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    """(h, w) view of a plane, whose rows may be padded."""
    rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    view: npt.NDArray[np.uint8] = rows[: plane.height, : plane.width]
    return view


class FromRgb:
    """Turns RGB pixels into frames for an encoder, without a bias of their brightness.

    Args:
        tags: How the numbers are to be read.
        width, height: Size of the pixels, px.
        pixel_format: What the encoder takes, such as "yuv420p".
    """

    def __init__(self, tags: ColorTags, width: int, height: int, pixel_format: str) -> None:
        self._scaler = VideoReformatter()
        self._tags = tags
        self._matrix = tags.scaler_matrix(width, height)
        self._format = pixel_format

    def __call__(self, pixels: Pixels) -> av.VideoFrame:
        """A frame with tags and no timestamp, of (h, w, 3) or (h, w, 4) pixels."""
        frame = self._scaler.reformat(
            av.VideoFrame.from_ndarray(pixels, format="rgba" if pixels.shape[2] == 4 else "rgb24"),
            format=self._format,
            dst_colorspace=self._matrix,
            src_color_range=FULL_RANGE,
            dst_color_range=self._tags.scaler_range,
            interpolation=_FROM_RGB,
            threads=1,
        )
        frame.colorspace = self._tags.matrix
        frame.color_range = self._tags.range
        return frame
