"""Squares of an image, and how they are cropped for a network."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from arpipe.errors import NativeError
from arpipe.preprocess.compiled_sampler import CompiledSampler
from arpipe.preprocess.opencv_sampler import OpenCvSampler
from arpipe.preprocess.sampler import Border, Sampler
from arpipe.types import Block, Frame, Part, Pixels, Points, Roi

MAX_IMAGE_PX = 32766  # of samplers; larger pictures are subsampled by a whole factor
SAMPLED_PX = 3  # beyond a square's edge: rounding, the next pixel for blending, and one that is read along


def letterbox(width: int, height: int) -> Roi:
    """Return the smallest upright square around a whole picture, centred on it."""
    return Roi(np.array([width / 2.0, height / 2.0]), float(max(width, height)), 0.0)


class Warp:
    """Crops rotated squares from images in one step, sampled bilinearly at `Roi.image_from_crop`.

    Positions are rounded to 1/32 px and blended in integers. MediaPipe's own runtime does the same, to the bit, whereas
    `cv2.warpAffine` changes with OpenCV's version. Crops that shrink a lot alias on purpose: averaging first would
    differ from the data that the networks were trained on.

    Args:
        side: Side of the crops, px.
        border: Values outside the image.
    """

    def __init__(self, side: int, border: Border) -> None:
        self._sampler = open_sampler(side, border)

    def crop(self, frame: Frame, roi: Roi, out: Pixels) -> None:
        """Crop a square of a frame.

        Args:
            frame: The frame, of which no more is converted than that needs.
            roi: The square.
            out: (side, side, 3) uint8, C-contiguous, overwritten with RGB.
        """
        self._require(out, np.uint8)
        self._sampler.sample(*_within_reach(self._block(frame, roi), roi), out)

    def crop_scaled(self, frame: Frame, roi: Roi, gain: np.float32, low: np.float32, out: Points) -> None:
        """Crop a square of a frame as input of a network.

        Args:
            frame: The frame, of which no more is converted than that needs.
            roi: The square.
            gain: Factor of the bytes.
            low: Value of a byte that is 0.
            out: (side, side, 3) float32, C-contiguous, overwritten with RGB.
        """
        self._require(out, np.float32)
        self._sampler.sample_scaled(*_within_reach(self._block(frame, roi), roi), gain, low, out)

    def _block(self, frame: Frame, roi: Roi) -> Block:
        return frame.block(part_around(roi, frame.width, frame.height, self._sampler.border == "mirror"))

    def _require(self, out: Pixels | Points, dtype: type[np.generic]) -> None:
        side = self._sampler.side
        if out.shape != (side, side, 3) or out.dtype != dtype or not out.flags.c_contiguous:
            wanted = f"({side}, {side}, 3) {dtype.__name__}, C-contiguous"
            raise ValueError(f"Warp: expected a crop of {wanted}, got {out.shape} {out.dtype}")


def open_sampler(side: int, border: Border) -> Sampler:
    """Return the fastest sampler of this installation."""
    try:
        return CompiledSampler(side, border)
    except NativeError:
        return OpenCvSampler(side, border)  # not silent: the command `doctor` reports the missing library


def _within_reach(block: Block, roi: Roi) -> tuple[Block, Roi]:
    """Return a block and a square in it, subsampled by a whole factor if the picture is too large for a sampler."""
    step = -(-max(block.pixels.shape[:2]) // MAX_IMAGE_PX)
    if step == 1:
        return block, roi
    center_px = (roi.center_px - (block.left, block.top)) / step
    return Block(block.pixels[::step, ::step]), replace(roi, center_px=center_px, size_px=roi.size_px / step)


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
    if mirrors:
        spans = [_mirrored(low, high, end) for (low, high), end in zip(spans, ends, strict=True)]
    columns, rows = (_within(low, high, end) for (low, high), end in zip(spans, ends, strict=True))
    return rows, columns


def _mirrored(low: int, high: int, end: int) -> tuple[int, int]:
    """Return a span of a side that includes what it shows mirrored beyond the ends."""
    start, stop = 2 * (end - 1) - high, 1 - low  # of the mirror images
    return min(low, start) if high > end else low, max(high, stop) if low < 0 else high


def _within(low: int, high: int, end: int) -> slice:
    """Return the part of a side, of at least one pixel: a crop beyond the picture shows its border."""
    start = min(max(low, 0), end - 1)
    return slice(start, min(max(high, start + 1), end))


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
