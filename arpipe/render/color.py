"""Colours as linear light."""

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array

LUMINANCE: Array = np.array([0.2126, 0.7152, 0.0722])  # Rec. 709, of linear RGB
# Linear reflectance of mean skin; its hue hardly varies between people, its darkness does.
MEAN_SKIN: Array = np.array([0.46, 0.29, 0.21])

_LINEAR: Array = np.where(
    np.arange(256) <= 0.04045 * 255.0,
    np.arange(256) / 255.0 / 12.92,
    ((np.arange(256) / 255.0 + 0.055) / 1.055) ** 2.4,
)


def linear_from_srgb(pixels: npt.NDArray[np.uint8]) -> Array:
    """Convert sRGB bytes of any shape to linear light in [0, 1]."""
    return _LINEAR[pixels]
