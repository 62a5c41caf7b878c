"""The interface of what samples squares of pictures, and the map of upright squares."""

from abc import ABC, abstractmethod
from typing import Literal

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import Block, Pixels, Points, Roi

Border = Literal["replicate", "zero", "mirror"]
"""Values outside the image: its nearest pixel, black, or its mirror image."""


class Sampler(ABC):
    """Samples squares bilinearly at `Roi.image_from_crop`; positions are rounded to 1/32 px and blended in integers.

    Pictures have at most 32766 px a side: positions are counted in 16 bits. A crop from a block that holds all pixels
    around the square equals that from the whole image.

    Args:
        side: Side of the crops, px.
        border: Values outside the image.
    """

    def __init__(self, side: int, border: Border) -> None:
        self.side = side
        self.border = border

    @abstractmethod
    def sample(self, block: Block, square: Roi, out: Pixels) -> None:
        """Sample a square.

        Args:
            block: Pixels of the image, copied if they are not C-contiguous.
            square: The square, in px of the image.
            out: (side, side, 3) uint8, C-contiguous, overwritten with RGB.
        """

    @abstractmethod
    def sample_scaled(
        self, block: Block, square: Roi, gain: np.float32, low: np.float32, out: Points
    ) -> None:
        """Sample a square as input of a network.

        Args:
            block: Pixels of the image, copied if they are not C-contiguous.
            square: The square, in px of the image.
            gain: Factor of the bytes.
            low: Value of a byte that is 0.
            out: (side, side, 3) float32, C-contiguous, overwritten with RGB.
        """


def upright_map(square: Roi, side: int) -> Array | None:
    """Return the (3, 3) projective map from px of a crop to image px of an upright square.

    In a letterbox many positions lie half-way between two steps of 1/32 px, so that the last bit decides; with other
    bits, a faint detection moves by a percent of the face. Hence this is MediaPipe's own arithmetic: a perspective map
    through the corners, inverted, and evaluated from the start of each block of 64 columns.

    Args:
        square: The square.
        side: Side of the crop, px.

    Returns:
        The map; None for squares that are not upright, and for those whose corners coincide in single precision.
    """
    if square.angle_rad != 0.0 or square.mirrored:
        return None
    center, half = square.center_px.astype(np.float32), np.float32(square.size_px / 2.0)
    (left, top), (right, bottom) = center - half, center + half
    if left == right or top == bottom:
        return None
    corners = np.array([[left, bottom], [left, top], [right, top], [right, bottom]], np.float32)
    targets = np.array([[0, side], [0, 0], [side, 0], [side, side]], np.float32)
    _, image_from_crop = cv2.invert(cv2.getPerspectiveTransform(corners, targets))
    return np.asarray(image_from_crop, np.float64)
