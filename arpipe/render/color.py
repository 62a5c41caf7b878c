"""Colours as linear light."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array

Values = TypeVar("Values", np.float32, np.float64)

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


def chromaticity(colors: npt.NDArray[Values]) -> npt.NDArray[Values]:
    """Return (…, 2) r, g chromaticity of (…, 3) linear colours; dark ones lean to grey, as in the makeup shaders."""
    total = (colors[..., 0] + colors[..., 1] + colors[..., 2] + 0.03)[..., None]
    result: npt.NDArray[Values] = (colors[..., :2] + 0.01) / total
    return result
