"""What previews show of a face: all of it for glasses, an eye for mascara."""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import Pixels


@dataclass(frozen=True, slots=True)
class Cut:
    """A square part of a face.

    Attributes:
        side: Over the face's height.
        across, down: Where its middle is, in shares of the face's width and height.
    """

    side: float
    across: float
    down: float


WHOLE, FACE = Cut(1.5, 0.5, 0.5), Cut(1.2, 0.5, 0.5)
EYE, MOUTH = Cut(0.36, 0.3, 0.31), Cut(0.5, 0.5, 0.8)
CUTS = {
    **dict.fromkeys(("eyeliner", "eyeshadow", "mascara", "iris-color", "brows", "concealer"), EYE),
    **dict.fromkeys(("lipstick", "teeth"), MOUTH),
}
"""Pack → what is to be seen of it; of other makeup the face."""


def square(pixels: Pixels, box_px: Array, cut: Cut, side_px: int) -> Pixels:
    """(side_px, side_px, 3) RGB of a part of a face, moved so that it lies in the picture.

    Args:
        pixels: (h, w, 3) RGB.
        box_px: (4,) x0, y0, x1, y1 of the face.
        cut: Which part.
        side_px: Of the result.
    """
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = map(float, box_px)
    side = min(float(min(height, width)), cut.side * (y1 - y0))
    x, y = x0 + cut.across * (x1 - x0), y0 + cut.down * (y1 - y0)
    left = int(min(max(x - side / 2.0, 0.0), width - side))
    top = int(min(max(y - side / 2.0, 0.0), height - side))
    part = pixels[top : top + int(side), left : left + int(side)]
    smaller = cv2.INTER_AREA if side > side_px else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(part, (side_px, side_px), interpolation=smaller), dtype=np.uint8)
