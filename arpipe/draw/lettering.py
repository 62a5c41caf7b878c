"""Text on pictures, in the font that Pillow brings."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from arpipe.draw.strokes import RGB
from arpipe.types import Pixels, Points

KEPT_TEXTS = 256
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, px."""


@lru_cache(maxsize=KEPT_TEXTS)
def text_mask(text: str, size_px: int) -> Pixels:
    """Return (h, w) uint8 coverage of a line of text; all lines of one size have one height. Nobody writes into it."""
    font = ImageFont.load_default(size_px)
    left, _, right, _ = font.getbbox(text)
    mask = Image.new("L", (max(int(np.ceil(right - min(left, 0))), 1), line_height(size_px)))
    ImageDraw.Draw(mask).text((-min(left, 0), 0), text, fill=255, font=font)
    array = np.asarray(mask)
    array.setflags(write=False)
    return array


def line_height(size_px: int) -> int:
    """Return the height of a line of text, px."""
    return round(1.3 * size_px)


def write_text(pixels: Pixels, text: str, left: int, top: int, size_px: int, color: RGB) -> None:
    """Write a line of text into a picture, in place; what lies outside is cut off."""
    paint(pixels, text_mask(text, size_px).astype(np.float32) / np.float32(255.0), left, top, color)


def fill_box(pixels: Pixels, box: Box, color: RGB, opacity: float, radius_px: int = 0) -> None:
    """Fill a box with rounded corners, in place."""
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        return
    mask = _rounded(right - left, bottom - top, radius_px)
    paint(pixels, mask * np.float32(opacity), left, top, color)


def paint(pixels: Pixels, coverage: Points, left: int, top: int, color: RGB) -> None:
    """Blend a colour into a picture, in place, under a mask (h, w) in [0, 1]; what lies outside is cut off."""
    height, width = coverage.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, pixels.shape[1]), min(top + height, pixels.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = coverage[y0 - top : y1 - top, x0 - left : x1 - left, np.newaxis]
    under = pixels[y0:y1, x0:x1]
    mixed = under + part * (np.asarray(color, np.float32) - under)
    np.copyto(under, np.rint(mixed), casting="unsafe")


@lru_cache(maxsize=KEPT_TEXTS)
def _rounded(width: int, height: int, radius_px: int) -> Points:
    scale = 4  # drawn larger and averaged, for smooth corners
    large = Image.new("L", (width * scale, height * scale))
    corner = min(radius_px * scale, width * scale // 2, height * scale // 2)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), corner, fill=255)
    mask = np.asarray(large.resize((width, height), Image.Resampling.BOX), np.float32) / np.float32(255.0)
    mask.setflags(write=False)
    return mask
