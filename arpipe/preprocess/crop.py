"""Which square of the image a network looks at, and the one warp that takes it out."""

import math
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.types import Pixels, Roi

Border = Literal["replicate", "zero"]

_BORDERS = {"replicate": cv2.BORDER_REPLICATE, "zero": cv2.BORDER_CONSTANT}


def letterbox(width: int, height: int) -> Roi:
    """The smallest upright square around a whole picture; what it adds lies on both short sides alike."""
    return Roi(np.array([width / 2.0, height / 2.0]), float(max(width, height)), 0.0)


def warp(pixels: Pixels, roi: Roi, out: Pixels, border: Border) -> None:
    """Write a rotated square of the image into `out`, sampled bilinearly at `roi.image_from_crop`.

    Strongly shrunk crops alias, on purpose: the networks were trained on pictures sampled in this way, and
    averaging first moves their landmarks.

    Args:
        pixels: (h, w, 3) the image.
        roi: The square, in image px.
        out: (side, side, 3) overwritten.
        border: What lies outside the image: its nearest pixel, or black.
    """
    side = out.shape[0]
    cv2.warpAffine(
        pixels,
        roi.image_from_crop(side).matrix,
        (side, side),
        dst=out,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=_BORDERS[border],
    )


def square_around(box_px: npt.ArrayLike, right_px: npt.ArrayLike, left_px: npt.ArrayLike, grow: float) -> Roi:
    """Square around a box, turned so that the line between two points is level in the crop.

    Args:
        box_px: (4,) x0, y0, x1, y1.
        right_px: (2,) point that comes left in the crop, such as the person's right eye.
        left_px: (2,) point that comes right.
        grow: Side of the square over the box's long side.
    """
    x0, y0, x1, y1 = np.asarray(box_px, dtype=np.float64).tolist()
    dx, dy = (np.asarray(left_px, dtype=np.float64) - np.asarray(right_px, dtype=np.float64)).tolist()
    center = np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0])
    return Roi(center, grow * max(x1 - x0, y1 - y0), math.atan2(dy, dx))
