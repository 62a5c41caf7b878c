"""Colours of a crop as if all of it were lit alike.

Lab's lightness, a and b are about the cube roots of light, so that shading scales all three by about the same factor.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.preprocess.lab import lab_of
from arpipe.types import Pixels, Points

DARKEST = 20.0  # added to lightness, so that the noise of dark pixels does not count as hue
ZERO = np.float32(128.0)  # of 8-bit Lab a and b
USUAL_LIGHTNESS = 150.0  # 8-bit Lab L, plus that, at which a difference in hue counts as it is
LIGHTNESS_WEIGHT = 0.25  # of a difference in lightness relative to one in hue: skin is shaded


@dataclass(frozen=True, slots=True, eq=False)
class CropColors:
    """The colours of a crop of side s.

    Attributes:
        lab: (s/2, s/2, 3) uint8 Lab of every second pixel along each axis: the conversion is slow, and averages of hair
            and skin would have a colour between both.
        luma: (s, s) float32 in [0, 1].
    """

    lab: Pixels
    luma: Points

    @classmethod
    def of(cls, pixels: Pixels) -> "CropColors":
        """Convert (s, s, 3) RGB pixels."""
        luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) * np.float32(1.0 / 255.0)
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        some = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_NEAREST), np.uint8)
        return cls(lab_of(some), np.asarray(luma, np.float32))


def hues(lab: Pixels) -> Points:
    """Return (3, h, w) float32 for (h, w, 3) 8-bit Lab.

    They are weighted lightness, and a and b of the same surface in usual light. Channels come first, because NumPy is
    slow along a short last axis.
    """
    lightness, a, b = (np.asarray(plane, np.uint8) for plane in cv2.split(lab))
    scale = np.float32(USUAL_LIGHTNESS) / (lightness + np.float32(DARKEST))
    planes = lightness * np.float32(LIGHTNESS_WEIGHT), (a - ZERO) * scale, (b - ZERO) * scale
    return np.stack(planes)


def hue_distance(one: Points, other: Points) -> Points:
    """Return the (…) distance between (3, …) `hues`, of which one may be (3,)."""
    squares = [np.square(plane - reference) for plane, reference in zip(one, other, strict=True)]
    return np.asarray(np.sqrt(sum(squares[1:], squares[0])), np.float32)
