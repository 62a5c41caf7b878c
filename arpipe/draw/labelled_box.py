"""Boxes with a label, painted into a picture in place."""

import colorsys

import numpy as np

from arpipe.draw.lettering import fill_box, line_height, text_mask, write_text
from arpipe.draw.lines import paint_edges
from arpipe.draw.strokes import RGB
from arpipe.geometry.transforms import Array
from arpipe.types import Pixels

GOLDEN_TURN = 0.618034  # of the colour wheel from one class to the next: neighbours differ most
DARK = (14, 16, 20)
SIDES = np.array([[0, 1], [1, 2], [2, 3], [3, 0]])  # between the corners of a box
TEXT_SHARE = 0.03  # height of the text over the picture's shorter side


def paint_box(pixels: Pixels, box_px: Array, label: str, color: RGB, opacity: float = 1.0) -> None:
    """Paint a box, and its label above it, or inside at the top of the picture.

    Args:
        pixels: (h, w, 3) RGB, changed in place.
        box_px: (4,) x0, y0, x1, y1.
        label: Text; "" for none.
        color: Colour of the lines and of the label's background.
        opacity: Opacity of the lines.
    """
    side = min(pixels.shape[:2])
    thickness = max(round(side / 240), 2)
    left, top, right, bottom = (round(value) for value in box_px.tolist())
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    paint_edges(pixels, corners, SIDES, color, thickness, opacity)
    if label:
        _paint_label(pixels, label, left, top, thickness, color)


def class_color(index: int) -> RGB:
    """Return a bright colour that is always the same for a class."""
    red, green, blue = colorsys.hsv_to_rgb((0.55 + index * GOLDEN_TURN) % 1.0, 0.62, 0.98)
    return round(255 * red), round(255 * green), round(255 * blue)


def _paint_label(pixels: Pixels, label: str, left: int, top: int, thickness: int, color: RGB) -> None:
    text_px = max(round(TEXT_SHARE * min(pixels.shape[:2])), 10)
    pad = round(0.4 * text_px)
    tall = line_height(text_px) + pad
    roof = top - tall if top >= tall else top
    width = text_mask(label, text_px).shape[1] + 2 * pad
    fill_box(pixels, (left - thickness // 2, roof, left + width, roof + tall), color, 1.0)
    write_text(pixels, label, left + pad, roof + pad // 2, text_px, DARK)
