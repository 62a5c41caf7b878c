"""Converts between RGB and the colours of a video stream, following the stream's colour tags.

A video without tags is read as players read it: BT.709 from `HD_WIDTH` × `HD_HEIGHT` on, BT.601 below, limited range.
Output gets the tags of the input, missing ones included, and is converted with the same matrix, so colours survive the
round trip.
"""

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

from arpipe.io.traits import FULL_RANGE, ColorTags
from arpipe.types import Pixels

_RGB_MATRIX = 0  # in H.273: the numbers are RGB already

_TO_RGB = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_FROM_RGB = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)


def tags_of(frame: av.VideoFrame) -> ColorTags:
    """Return the tags of a decoded frame; for one that holds RGB, those of a new video of its size."""
    if frame.format.is_rgb or frame.colorspace == _RGB_MATRIX:
        return ColorTags.for_size(frame.width, frame.height)
    full = frame.format.name.startswith("yuvj")
    return ColorTags(
        matrix=int(frame.colorspace),
        range=FULL_RANGE if full else int(frame.color_range),
        primaries=int(frame.color_primaries),
        transfer=int(frame.color_trc),
    )


class ToRgb:
    """Converts decoded frames to RGB pixels of one size.

    Args:
        tags: Colour tags of the frames.
        width, height: Size of the result in stored orientation, px.
    """

    def __init__(self, tags: ColorTags, width: int, height: int) -> None:
        self._scaler = VideoReformatter()
        self._tags = tags
        self._width, self._height = width, height

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        """Return (height, width, 3) uint8 RGB, C-contiguous, not shared with the decoder."""
        matrix = self._tags.scaler_matrix(self._width, self._height)
        is_rgb = frame.format.is_rgb
        # Into planes: for packed RGB the scaler has a fast path that is one level too dark, and an exact one that
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
        green, blue, red = (pixels_of(plane) for plane in planes)
        return np.asarray(cv2.merge((red, green, blue)), dtype=np.uint8)


def pixels_of(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    """Return an (h, w) view of a plane, whose rows may be padded; writing into it changes the frame."""
    rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    view: npt.NDArray[np.uint8] = rows[: plane.height, : plane.width]
    return view


class FromRgb:
    """Converts RGB pixels to frames for an encoder, without a brightness bias.

    Args:
        tags: Colour tags of the stream.
        width, height: Size of the pixels, px.
        pixel_format: Input format of the encoder, such as "yuv420p".
    """

    def __init__(self, tags: ColorTags, width: int, height: int, pixel_format: str) -> None:
        self._scaler = VideoReformatter()
        self._tags = tags
        self._matrix = tags.scaler_matrix(width, height)
        self._format = pixel_format

    def __call__(self, pixels: Pixels) -> av.VideoFrame:
        """Return a tagged frame without timestamp from (h, w, 3) or (h, w, 4) pixels."""
        frame = self._scaler.reformat(
            av.VideoFrame.from_ndarray(pixels, format="rgba" if pixels.shape[2] == 4 else "rgb24"),
            format=self._format,
            dst_colorspace=self._matrix,
            src_color_range=FULL_RANGE,
            dst_color_range=self._tags.scaler_range,
            interpolation=_FROM_RGB,
            threads=1,
        )
        self.tag(frame)
        return frame

    def tag(self, frame: av.VideoFrame) -> None:
        """Say in a frame how its numbers stand for colours."""
        frame.colorspace = self._tags.matrix
        frame.color_range = self._tags.range


def notes_of_padding(width: int, height: int) -> tuple[str, ...]:
    """Return what `pad_to_even` does to pictures of a size, as notes for the user."""
    if width % 2 == 0 and height % 2 == 0:
        return ()
    size = f"{width + width % 2}x{height + height % 2}"
    return (f"{width}x{height} became {size}, because videos have even sides",)


def pad_to_even(pixels: Pixels) -> Pixels:
    """Return pixels with even sides, the last row or column repeated; chroma is stored per 2 × 2 px."""
    height, width = pixels.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return pixels
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
