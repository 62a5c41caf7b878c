"""Whole pictures at the size of a network's input, and the way back to the image."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from arpipe.geometry.affine2d import Affine2D
from arpipe.preprocess.crop import Warp
from arpipe.types import Frame, Pixels, Roi

Fit = Literal["center", "letterbox", "stretch"]


@dataclass(frozen=True, slots=True, eq=False)
class FittedPicture:
    """A picture at the size of a network's input.

    Attributes:
        pixels: (height, width, 3) uint8 RGB.
        image_from_tensor: Maps px of the input to image px, edges onto edges: (0, 0) is the corner of the picture.
    """

    pixels: Pixels
    image_from_tensor: Affine2D


def fit_picture(
    pixels: Pixels, width: int, height: int, fit: Fit, share: float = 1.0, pad: int = 0
) -> FittedPicture:
    """Bring a picture to a size: averaged where it shrinks, else interpolated.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        width: Px.
        height: Px.
        fit: "center" cuts the largest centred part of the right shape, "letterbox" pads the picture to it, and
            "stretch" changes its proportions.
        share: Part of the centred part's sides that is kept, in (0, 1]; many classifiers are trained with 0.875.
        pad: Level of the letterbox's bars, 0 to 255.
    """
    if fit == "letterbox":
        return _letterboxed(pixels, width, height, pad)
    left, top, right, bottom = 0, 0, pixels.shape[1], pixels.shape[0]
    if fit == "center":
        left, top, right, bottom = _central_box(right, bottom, width / height, share)
    cut = pixels[top:bottom, left:right]
    across, down = (right - left) / width, (bottom - top) / height
    return FittedPicture(
        resize(cut, width, height), Affine2D(np.array([[across, 0.0, left], [0.0, down, top]]))
    )


def crop_square(frame: Frame, roi: Roi, side: int) -> FittedPicture:
    """Crop a rotated square of a frame; where it shrinks, several samples are averaged per pixel."""
    steps = max(int(roi.size_px / side), 1)
    crop: Pixels = np.empty((side * steps, side * steps, 3), np.uint8)
    Warp(side * steps, "replicate").crop(frame, roi, crop)
    return FittedPicture(resize(crop, side, side), roi.image_from_crop(side))


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Resize a picture (h, w, 3) to (height, width, 3)."""
    if pixels.shape[:2] == (height, width):
        return pixels
    shrinks = pixels.shape[0] >= height and pixels.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=method), np.uint8)


def _central_box(width: int, height: int, aspect: float, share: float) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the largest centred box of an aspect, times a share; at least 1 px."""
    across = min(float(width), height * aspect) * share
    down = across / aspect
    cut_width, cut_height = max(round(across), 1), max(round(down), 1)
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    return left, top, left + cut_width, top + cut_height


def _letterboxed(pixels: Pixels, width: int, height: int, pad: int) -> FittedPicture:
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    across = min(max(round(pixels.shape[1] * scale), 1), width)
    down = min(max(round(pixels.shape[0] * scale), 1), height)
    left, top = (width - across) // 2, (height - down) // 2
    boxed: Pixels = np.full((height, width, 3), pad, np.uint8)
    boxed[top : top + down, left : left + across] = resize(pixels, across, down)
    gain_x, gain_y = pixels.shape[1] / across, pixels.shape[0] / down
    return FittedPicture(
        boxed, Affine2D(np.array([[gain_x, 0.0, -left * gain_x], [0.0, gain_y, -top * gain_y]]))
    )
