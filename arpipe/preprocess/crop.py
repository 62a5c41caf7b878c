"""Squares of an image, and how they are cropped for a network."""

import math
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.types import Block, Frame, Part, Pixels, Points, Roi

MAX_IMAGE_PX = 32766  # cv2.remap counts in 16 bits; larger pictures are subsampled by a whole factor

STEPS_PER_PX = 32.0  # resolution to which OpenCV rounds positions
SAMPLED_PX = 2  # beyond the edge of a square: rounded positions, and the next pixel for blending
WARP_BLOCK = 64  # columns that OpenCV's perspective warp processes at once

Border = Literal["replicate", "zero", "mirror"]

_BORDERS = {
    "replicate": cv2.BORDER_REPLICATE,
    "zero": cv2.BORDER_CONSTANT,
    "mirror": cv2.BORDER_REFLECT_101,
}


def letterbox(width: int, height: int) -> Roi:
    """Return the smallest upright square around a whole picture, centred on it."""
    return Roi(np.array([width / 2.0, height / 2.0]), float(max(width, height)), 0.0)


class Warp:
    """Crops rotated squares from images in one step, sampled bilinearly at `Roi.image_from_crop`.

    Positions are rounded to 1/32 px and blended in integers. MediaPipe's own runtime does the same, to the bit, whereas
    `cv2.warpAffine` changes with OpenCV's version; it is also faster. Crops that shrink a lot alias on purpose:
    averaging first would differ from the data that the networks were trained on.

    Args:
        side: Side of the crops, px.
        border: Values outside the image: its nearest pixel, black, or its mirror image.
    """

    def __init__(self, side: int, border: Border) -> None:
        self.side = side
        self._border = _BORDERS[border]
        self._ticks = np.arange(side, dtype=np.float64)
        self._x = np.empty((side, side), np.float32)
        self._y = np.empty((side, side), np.float32)
        self._whole = np.empty((side, side, 2), np.int16)
        self._part = np.empty((side, side), np.uint16)
        self._square: tuple[float, ...] = ()  # square that the positions belong to

    def crop(self, frame: Frame, roi: Roi, out: Pixels) -> None:
        """Crop a square of a frame into `out` (side, side, 3); no more of the frame is converted than that needs."""
        part = part_around(roi, frame.width, frame.height, self._border == _BORDERS["mirror"])
        self._sample(frame.block(part), roi, out)

    def apply(self, pixels: Pixels, roi: Roi, out: Pixels) -> None:
        """Crop a square of `pixels` (h, w, 3) into `out` (side, side, 3)."""
        self._sample(Block(pixels), roi, out)

    def _sample(self, block: Block, roi: Roi, out: Pixels) -> None:
        pixels = block.pixels
        step = -(-max(pixels.shape[:2]) // MAX_IMAGE_PX)
        if step > 1:
            pixels = np.ascontiguousarray(pixels[::step, ::step])
            roi = replace(roi, center_px=roi.center_px / step, size_px=roi.size_px / step)
        square = (*roi.center_px.tolist(), roi.size_px, roi.angle_rad, roi.mirrored)
        if square != self._square:
            if roi.angle_rad == 0.0 and not roi.mirrored:
                upright_positions(roi, self._x, self._y)
            else:
                self._place(roi)
            cv2.convertMaps(self._x, self._y, cv2.CV_16SC2, dstmap1=self._whole, dstmap2=self._part)
            self._square = square
        whole = self._whole
        if (
            block.left or block.top
        ):  # positions are rounded in the whole picture, whatever part of it there is
            whole = np.asarray(cv2.subtract(whole, np.array([block.left, block.top, 0.0, 0.0])), np.int16)
        cv2.remap(pixels, whole, self._part, cv2.INTER_LINEAR, dst=out, borderMode=self._border)

    def _place(self, roi: Roi) -> None:
        (xx, xy, x0), (yx, yy, y0) = roi.image_from_crop(self.side).matrix
        ticks = self._ticks
        np.add(_single(xx * ticks), _single(xy * ticks + x0)[:, None], out=self._x)
        np.add(_single(yx * ticks), _single(yy * ticks + y0)[:, None], out=self._y)


def part_around(roi: Roi, width: int, height: int, mirrors: bool) -> Part:
    """Return the part of a picture that a crop samples.

    Args:
        roi: The square.
        width: Width of the picture, px.
        height: Height of the picture, px.
        mirrors: Whether the crop shows the mirror image of the picture where it ends, and not only its border.
    """
    reach = roi.size_px * (abs(math.cos(roi.angle_rad)) + abs(math.sin(roi.angle_rad))) / 2.0 + SAMPLED_PX
    (x, y), ends = roi.center_px.tolist(), (width, height)
    spans = [(math.floor(at - reach), math.ceil(at + reach)) for at in (x, y)]
    if mirrors and any(low < 0 or high > end for (low, high), end in zip(spans, ends, strict=True)):
        return slice(0, height), slice(0, width)
    columns, rows = (_within(low, high, end) for (low, high), end in zip(spans, ends, strict=True))
    return rows, columns


def _within(low: int, high: int, end: int) -> slice:
    """Return the part of a side, of at least one pixel: a crop beyond the picture shows its border."""
    start = min(max(low, 0), end - 1)
    return slice(start, min(max(high, start + 1), end))


def upright_positions(roi: Roi, x: Points, y: Points) -> None:
    """Compute where the pixels of an upright square lie in the image, rounded to 1/32 px.

    In a letterbox many of them lie half-way between two such steps, so that the last bit decides; with other bits, a
    faint detection moves by a percent of the face. Hence this is MediaPipe's own arithmetic: a perspective map through
    the corners, inverted, and evaluated from the start of each block of 64 columns.

    Args:
        roi: The square; its angle is taken as 0.
        x: (side, side) overwritten with x, image px.
        y: (side, side) overwritten with y, image px.
    """
    side = x.shape[0]
    left, top = _single(roi.center_px) - np.float32(roi.size_px / 2.0)
    right, bottom = _single(roi.center_px) + np.float32(roi.size_px / 2.0)
    corners = np.array([[left, bottom], [left, top], [right, top], [right, bottom]], np.float32)
    targets = np.array([[0, side], [0, 0], [side, 0], [side, side]], np.float32)
    _, (to_x, to_y, to_w) = cv2.invert(cv2.getPerspectiveTransform(corners, targets))
    rows = np.arange(side, dtype=np.float64)[:, None]
    for start in range(0, side, WARP_BLOCK):
        columns = np.arange(min(WARP_BLOCK, side - start), dtype=np.float64)
        block = np.s_[:, start : start + columns.size]
        scale = STEPS_PER_PX / _at(to_w, start, rows, columns)
        x[block] = np.rint(_at(to_x, start, rows, columns) * scale) / STEPS_PER_PX
        y[block] = np.rint(_at(to_y, start, rows, columns) * scale) / STEPS_PER_PX


def _at(row: Array, start: int, rows: Array, columns: Array) -> Array:
    """Evaluate one row of a projective map for a block of pixels; the order of the additions matters."""
    return np.asarray((row[0] * start + row[1] * rows + row[2]) + row[0] * columns)


def square_around(box_px: npt.ArrayLike, right_px: npt.ArrayLike, left_px: npt.ArrayLike, grow: float) -> Roi:
    """Return the square around a box, rotated so that the line between two points is level in the crop.

    Args:
        box_px: (4,) x0, y0, x1, y1.
        right_px: (2,) point on the left of the crop, such as the person's right eye.
        left_px: (2,) point on the right of the crop.
        grow: Side of the square over the long side of the box.
    """
    x0, y0, x1, y1 = np.asarray(box_px, dtype=np.float64).tolist()
    dx, dy = (np.asarray(left_px, dtype=np.float64) - np.asarray(right_px, dtype=np.float64)).tolist()
    center = np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0])
    return Roi(center, grow * max(x1 - x0, y1 - y0), math.atan2(dy, dx))


def upright(low_px: npt.ArrayLike, high_px: npt.ArrayLike) -> float:
    """Return the angle of a square in whose crop one point is above another, rad."""
    dx, dy = (np.asarray(high_px, np.float64) - np.asarray(low_px, np.float64)).tolist()
    return math.remainder(math.atan2(dy, dx) + math.pi / 2.0, 2.0 * math.pi)


def _single(values: Array) -> Points:
    return values.astype(np.float32)
