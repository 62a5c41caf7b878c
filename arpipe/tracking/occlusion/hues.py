"""Colours of a crop as if all of it were lit alike.

Lab's lightness, a and b are about the cube roots of light, so that shading scales all three by about the same factor.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.types import Pixels, Points

DARKEST = 20.0  # added to lightness, so that the noise of dark pixels does not count as hue
USUAL_LIGHTNESS = 150.0  # 8-bit Lab L, plus that, at which a difference in hue counts as it is
LIGHTNESS_WEIGHT = 0.25  # of a difference in lightness relative to one in hue: skin is shaded


@dataclass(frozen=True, slots=True, eq=False)
class LabCrop:
    """A crop in Lab.

    Attributes:
        pixels: (s, s, 3) uint8.
        lightness: (s, s) float32 in [0, 1].
    """

    pixels: Pixels
    lightness: Points

    @classmethod
    def of(cls, pixels: Pixels) -> "LabCrop":
        """Convert (s, s, 3) RGB pixels."""
        lab = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.uint8)
        return cls(lab, np.asarray(cv2.extractChannel(lab, 0) * np.float32(1.0 / 255.0), np.float32))


def hues(lab: Pixels) -> Points:
    """Return (…, 3) float32 for 8-bit Lab: weighted lightness, and a and b of the same surface in usual light."""
    colors = lab.astype(np.float32)
    scale = np.float32(USUAL_LIGHTNESS) / (colors[..., :1] + np.float32(DARKEST))
    colors -= np.array([0.0, 128.0, 128.0], np.float32)
    lightness = colors[..., 0] * np.float32(LIGHTNESS_WEIGHT)
    colors *= scale
    colors[..., 0] = lightness
    return colors


def hue_distance(one: Points, other: Points) -> Points:
    """Return the (…) distance between (…, 3) `hues`."""
    difference = one - other
    return np.asarray(np.sqrt(np.einsum("...c,...c->...", difference, difference)), np.float32)
