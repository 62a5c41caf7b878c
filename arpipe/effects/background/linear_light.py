"""Pictures as light: bytes of a picture to linear float32 and back, fast."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.lighting import linear_from_srgb
from arpipe.types import Pixels, Points

HALVED_FROM = 4  # how much smaller a picture must become for its bytes to be halved before they are light
CODES = 1 << 14  # steps of linear light looked up on the way back: finer than a byte's darkest step


def _bytes_table() -> Pixels:
    light = np.arange(CODES) / (CODES - 1.0)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1.0 / 2.4) - 0.055)
    return np.rint(curve * 255.0).astype(np.uint8)


_LIGHT: Points = linear_from_srgb(np.arange(256, dtype=np.uint8)).astype(np.float32)
_BYTES: Pixels = _bytes_table()


def light_of(pixels: Pixels) -> Points:
    """(…, 3) float32 linear light in [0, 1] of sRGB bytes."""
    if pixels.ndim == 3:
        return np.asarray(cv2.LUT(pixels, _LIGHT), np.float32)
    return _LIGHT[pixels]


def bytes_of(light: Points) -> Pixels:
    """SRGB bytes of linear light of any shape; what lies outside [0, 1] is clipped."""
    codes = np.clip(light * np.float32(CODES - 1) + np.float32(0.5), 0.0, CODES - 1.0).astype(np.uint16)
    pixels: Pixels = _BYTES[codes]
    return pixels


def shrunk_light(pixels: Pixels, width: int, height: int) -> Points:
    """(height, width, 3) light of a picture (h, w, 3) averaged down to a smaller size, as a lens would.

    Where it shrinks much, bytes are halved first: that is seen in nothing smaller than four pixels.
    """
    rows, columns = pixels.shape[:2]
    if rows >= HALVED_FROM * height and columns >= HALVED_FROM * width:
        half = columns // 2, rows // 2
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(light_of(pixels), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def mean_light(light: Points, weight: Points) -> npt.NDArray[np.float32]:
    """(3,) mean of (h, w, 3) light by (h, w) weights; the plain mean where these are all 0."""
    total = float(weight.sum())
    if total <= 0.0:
        return np.asarray(light.mean(axis=(0, 1)), np.float32)
    return np.asarray(np.einsum("hwc,hw->c", light, weight) / total, np.float32)
