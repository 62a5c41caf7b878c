"""Fast conversion of pictures between sRGB bytes and linear float32 light."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.color import linear_from_srgb
from arpipe.types import Pixels, Points

HALVED_FROM = 4  # reduction from which pictures are halved before they are converted
CODES = 1 << 14  # entries of the table back to bytes: finer than the darkest step of a byte


def _bytes_table() -> Pixels:
    light = np.arange(CODES) / (CODES - 1.0)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1.0 / 2.4) - 0.055)
    return np.rint(curve * 255.0).astype(np.uint8)


_LIGHT: Points = linear_from_srgb(np.arange(256, dtype=np.uint8)).astype(np.float32)
_BYTES: Pixels = _bytes_table()


def to_light(pixels: Pixels) -> Points:
    """Convert (…, 3) sRGB bytes to float32 linear light in [0, 1]."""
    if pixels.ndim == 3:
        return np.asarray(cv2.LUT(pixels, _LIGHT), np.float32)
    return _LIGHT[pixels]


def to_bytes(light: Points) -> Pixels:
    """Convert linear light of any shape to sRGB bytes, clipping it to [0, 1]."""
    codes = np.clip(light * np.float32(CODES - 1) + np.float32(0.5), 0.0, CODES - 1.0).astype(np.uint16)
    pixels: Pixels = _BYTES[codes]
    return pixels


def shrink_light(pixels: Pixels, width: int, height: int) -> Points:
    """Reduce a picture (h, w, 3) to (height, width, 3) linear light, averaging light as a lens does.

    For large reductions the bytes are halved first, which makes no visible difference.
    """
    rows, columns = pixels.shape[:2]
    if rows >= HALVED_FROM * height and columns >= HALVED_FROM * width:
        half = columns // 2, rows // 2
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(to_light(pixels), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def mean_light(light: Points, weight: Points) -> npt.NDArray[np.float32]:
    """Return the (3,) mean of (h, w, 3) light with (h, w) weights; the plain mean if they are all 0."""
    total = float(weight.sum())
    if total <= 0.0:
        return np.asarray(light.mean(axis=(0, 1)), np.float32)
    return np.asarray(np.einsum("hwc,hw->c", light, weight) / total, np.float32)
