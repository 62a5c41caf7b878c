"""Colour of the light on a face, and whether the picture has colours at all."""

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE, MEAN_SKIN, chromaticity

# Shares of the deviations of skin and picture that the light explains: the rest is the person's complexion and what is
# in the picture. Least squares over 25 portraits, each relit with six known lights; the mean error of log ratios falls
# from 0.24 with the skin alone to 0.18.
SKIN_SHARE, PICTURE_SHARE = 0.5, 0.4
# Log ratios of red and blue to green in those portraits without relighting: of skin relative to MEAN_SKIN, and of
# whole pictures, which show people, wood and brick more often than sky.
USUAL_SKIN_HUE: Array = np.array([0.08, 0.0])
USUAL_PICTURE_HUE: Array = np.array([0.25, -0.12])
MAX_HUE = 1.2  # log ratio; clipped channels say nothing beyond it
SKIN_TOLERANCE = (
    0.03  # distance in chromaticity from the skin within which pixels are the face again, or another one
)
HALF_TRUSTED = 0.15  # share of the picture beyond the skin at which it is trusted half

NO_SKIN_HUE, SKIN_HUE = 0.02, 0.12  # (r - b) / (r + g + b) of grey pictures and of skin
GREY_CHROMA, COLOR_CHROMA = 2.0, 5.0  # mean of max - min of r, g, b; dull colour photos have 12
FLAT_CONTRAST, PHOTO_CONTRAST = 8.0, 20.0  # standard deviation; an even grey says nothing about colours


def light_hue(skin: Array, picture: Array) -> Array:
    """Estimate the (3,) linear colour of the light, of unit luminance, from skin and picture together.

    Skin alone would take a ruddy person for warm light, the picture alone a wooden wall; orange light changes both.

    Args:
        skin: (3,) mean linear colour of the skin; it says nothing where it is grey, as on a statue.
        picture: (n, 3) linear colours from all over the picture.
    """
    of_skin = skin_likeness(skin) * (_log_ratios(skin / MEAN_SKIN) - USUAL_SKIN_HUE)
    away = np.linalg.norm(chromaticity(picture) - chromaticity(skin), axis=1)
    beyond = picture[away > SKIN_TOLERANCE]
    of_picture = np.zeros(2)
    if len(beyond):
        share = len(beyond) / len(picture)
        deviation = _log_ratios(beyond.mean(axis=0, dtype=np.float64)) - USUAL_PICTURE_HUE
        of_picture = share / (share + HALF_TRUSTED) * deviation
    red, blue = np.exp(SKIN_SHARE * of_skin + PICTURE_SHARE * of_picture).tolist()
    hue = np.array([red, 1.0, blue])
    unit: Array = hue / float(hue @ LUMINANCE)
    return unit


def skin_likeness(color: Array) -> float:
    """Return 1 for a (3,) linear colour with the hue of skin, 0 for a grey one."""
    hue = float(color[0] - color[2]) / max(float(color.sum()), 1e-6)
    return float(np.clip((hue - NO_SKIN_HUE) / (SKIN_HUE - NO_SKIN_HUE), 0.0, 1.0))


def colorfulness(pixels: npt.NDArray[np.uint8]) -> float:
    """Return 0 for a picture of (…, 3) sRGB pixels that has light and dark but no colour, else up to 1."""
    red, green, blue = pixels.reshape(-1, 3).T
    highest = np.maximum(np.maximum(red, green), blue)
    chroma = highest - np.minimum(np.minimum(red, green), blue)
    colored = (float(chroma.mean()) - GREY_CHROMA) / (COLOR_CHROMA - GREY_CHROMA)
    flat = 1.0 - (float(highest.std()) - FLAT_CONTRAST) / (PHOTO_CONTRAST - FLAT_CONTRAST)
    return float(np.clip(max(colored, flat), 0.0, 1.0))


def pictured(light: Array, colorful: float) -> Array:
    """Return (…, 3) linear light, grey as far as the picture is grey."""
    grey = (light @ LUMINANCE)[..., None]
    mixed: Array = grey + colorful * (light - grey)
    return mixed


def _log_ratios(color: Array) -> Array:
    """Return (2,) logarithms of red and blue relative to green."""
    floored = np.maximum(color, 1e-4)
    ratios: Array = np.clip(np.log(floored[[0, 2]] / floored[1]), -MAX_HUE, MAX_HUE)
    return ratios
