"""Rounded panels to draw on with Pillow: (h, w, 4) uint8 RGBA with premultiplied alpha."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from arpipe.types import Pixels

Panel = npt.NDArray[np.uint8]
Color = tuple[int, int, int, int]
"""RGBA, 0 to 255, not premultiplied."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""

BACK = (17, 19, 24, 208)
EDGE = (255, 255, 255, 26)
TEXT, FAINT = (245, 246, 248, 255), (168, 174, 186, 255)
ON_ACCENT = (30, 22, 8, 255)  # of text
ACCENT, CALM, ALARM = (255, 188, 84, 255), (104, 196, 255, 255), (255, 92, 92, 255)
TRACK, KEY_BACK = (52, 56, 66, 255), (56, 61, 72, 240)
SMOOTHING = 4  # supersampling factor of round corners, which Pillow does not antialias

_SUBSTITUTES = (("…", "..."), ("→", ">"), ("−", "-"), ("–", "-"))
"""Characters that Pillow's built-in font lacks, and their substitutes."""


class PanelCanvas:
    """A rounded panel to draw on; sizes are in units.

    Args:
        width, height: Size, units.
        scale: Pixels per unit.
        radius: Radius of the corners, units.
        back: Colour of the panel.
    """

    def __init__(
        self, width: float, height: float, scale: float, radius: float = 14, back: Color = BACK
    ) -> None:
        self.scale = scale
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.rounded((0, 0, width, height), radius, EDGE)
        self.rounded((1, 1, width - 1, height - 1), radius - 1, back)

    def rounded(self, box: Box, radius: float, color: Color) -> None:
        """Fill a rectangle with round corners, replacing what is below."""
        left, top, right, bottom = (round(value * self.scale) for value in box)
        mask = rounded_mask(max(1, right - left), max(1, bottom - top), radius * self.scale)
        self.image.paste(color, (left, top), mask)

    def stencil(self, mask: Image.Image, place: tuple[float, float], color: Color) -> None:
        """Fill the shape of a mask, whose size is in px, with its top left corner at a place."""
        self.image.paste(color, (round(place[0] * self.scale), round(place[1] * self.scale)), mask)

    def text(
        self,
        place: tuple[float, float],
        text: str,
        size: float,
        color: Color = TEXT,
        anchor: str = "lm",
    ) -> None:
        """Draw one line of text; `anchor` as in Pillow."""
        x, y = place
        self.draw.text(
            (round(x * self.scale), round(y * self.scale)),
            printable(text),
            color,
            font(size * self.scale),
            anchor=anchor,
        )

    def picture(self, pixels: Pixels, place: tuple[float, float], side: float, radius: float) -> None:
        """Draw a square picture with round corners."""
        px = max(1, round(side * self.scale))
        scaled = Image.fromarray(pixels).resize((px, px), Image.Resampling.LANCZOS)
        corner = (round(place[0] * self.scale), round(place[1] * self.scale))
        self.image.paste(scaled, corner, rounded_mask(px, px, radius * self.scale))

    def finish(self) -> Panel:
        """Return the panel."""
        rgba = np.asarray(self.image, np.uint16).copy()
        rgba[..., :3] = rgba[..., :3] * rgba[..., 3:] // 255
        return rgba.astype(np.uint8)


@lru_cache(maxsize=64)
def font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's built-in font."""
    return ImageFont.load_default(max(6.0, size_px))


def text_width(text: str, size: float, scale: float) -> float:
    """Return the width of a line, units."""
    return float(font(size * scale).getlength(printable(text))) / scale


def shortened(text: str, size: float, width: float, scale: float) -> str:
    """Return a line as it is if it is no wider than `width` units, else its beginning and an ellipsis."""
    if text_width(text, size, scale) <= width:
        return text
    fitting = (text[:length].rstrip() + "…" for length in range(len(text) - 1, 0, -1))
    return next((line for line in fitting if text_width(line, size, scale) <= width), "…")


def printable(text: str) -> str:
    """Replace characters that Pillow's built-in font lacks."""
    for missing, instead in _SUBSTITUTES:
        text = text.replace(missing, instead)
    return text


@lru_cache(maxsize=256)
def rounded_mask(width: int, height: int, radius: float) -> Image.Image:
    """Return the antialiased mask of a rectangle with round corners; sizes in px."""
    mask = Image.new("L", (width * SMOOTHING, height * SMOOTHING), 0)
    box = (0, 0, width * SMOOTHING - 1, height * SMOOTHING - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * SMOOTHING, 255)
    return mask.resize((width, height), Image.Resampling.BOX)
