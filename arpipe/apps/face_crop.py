"""Which part of a face a preview shows: all of it for glasses, an eye for mascara."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.effects.packs import Pack
from arpipe.geometry.transforms import Array
from arpipe.types import Pixels


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """A square crop relative to the bounding box of a face.

    Attributes:
        side: Side of the square over the height of the box.
        across, down: Centre of the square, as shares of the width and height of the box.
    """

    side: float
    across: float
    down: float


HEAD, FACE = FaceCrop(1.5, 0.5, 0.5), FaceCrop(1.2, 0.5, 0.5)
SURROUNDINGS = FaceCrop(2.4, 0.5, 0.6)
EYE, MOUTH = FaceCrop(0.36, 0.3, 0.31), FaceCrop(0.5, 0.5, 0.8)
CROPS = {
    **dict.fromkeys(("eyeliner", "eyeshadow", "mascara", "iris-color", "brows", "concealer"), EYE),
    **dict.fromkeys(("lipstick", "teeth"), MOUTH),
    **dict.fromkeys(("background", "soft-background", "plain-background", "filter"), SURROUNDINGS),
}
"""Name of a pack or kind → crop that shows it best."""


def crop_for(packs: Sequence[Pack]) -> FaceCrop:
    """Choose the crop of a preview: the head, or for a single effect other than glasses the part that it changes."""
    if len(packs) != 1 or "glasses" in packs[0].tags:
        return HEAD
    return CROPS.get(packs[0].name, FACE)


def crop_square(pixels: Pixels, box_px: Array, crop: FaceCrop, side_px: int) -> Pixels:
    """Crop a part of a face and resize it; the crop is moved where it would leave the picture.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        box_px: (4,) bounding box of the face: x0, y0, x1, y1, px.
        crop: The part.
        side_px: Side of the result, px.

    Returns:
        (side_px, side_px, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = map(float, box_px)
    side = min(float(min(height, width)), crop.side * (y1 - y0))
    x, y = x0 + crop.across * (x1 - x0), y0 + crop.down * (y1 - y0)
    left = int(min(max(x - side / 2.0, 0.0), width - side))
    top = int(min(max(y - side / 2.0, 0.0), height - side))
    part = pixels[top : top + int(side), left : left + int(side)]
    interpolation = cv2.INTER_AREA if side > side_px else cv2.INTER_CUBIC
    return np.ascontiguousarray(
        cv2.resize(part, (side_px, side_px), interpolation=interpolation), dtype=np.uint8
    )
