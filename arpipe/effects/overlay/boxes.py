"""Boxes around objects, with their classes."""

import colorsys
from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from arpipe.draw.lettering import fill_box, line_height, text_mask, write_text
from arpipe.draw.strokes import RGB
from arpipe.effects.params import EffectParams
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels, TrackedObject

GOLDEN_TURN = 0.618034  # of the colour wheel from one class to the next: neighbours differ most
DARK = (14, 16, 20)
TEXT_SHARE = 0.03  # height of the text over the picture's shorter side


class BoxesParams(EffectParams):
    """Parameters of `boxes`.

    Attributes:
        ids: Show the number of each object, too.
        scores: Show the scores.
        opacity: Opacity of the boxes while an object is missed.
    """

    ids: bool = False
    scores: bool = True
    opacity: float = Field(default=0.5, ge=0, le=1)


class Boxes(Layer):
    """Draws a box around every object.

    Args:
        params: What to show.
    """

    Params: ClassVar[type[EffectParams]] = BoxesParams
    needs = frozenset({Need.OBJECTS})
    order = Order.OVERLAY

    def __init__(self, params: BoxesParams) -> None:
        self.params = params

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw all objects, large ones first."""
        for each in sorted(scene.result.objects, key=_area, reverse=True):
            self._draw(pixels, each)

    def _draw(self, pixels: Pixels, each: TrackedObject) -> None:
        side = min(pixels.shape[:2])
        thickness, text_px = max(round(side / 240), 2), max(round(TEXT_SHARE * side), 10)
        color = class_color(each.found.index)
        left, top, right, bottom = (round(value) for value in each.found.box_px.tolist())
        lines = pixels if each.state != "coasting" else pixels.copy()
        cv2.rectangle(lines, (left, top), (right, bottom), color, thickness, cv2.LINE_AA)
        if lines is not pixels:
            cv2.addWeighted(lines, self.params.opacity, pixels, 1.0 - self.params.opacity, 0.0, dst=pixels)
        text = each.found.label.split(",")[0]
        text += f"  {100 * each.found.score:.0f} %" if self.params.scores else ""
        text += f"  #{each.track_id}" if self.params.ids else ""
        pad = round(0.4 * text_px)
        tall = line_height(text_px) + pad
        roof = top - tall if top >= tall else top
        width = text_mask(text, text_px).shape[1] + 2 * pad
        fill_box(pixels, (left - thickness // 2, roof, left + width, roof + tall), color, 1.0)
        write_text(pixels, text, left + pad, roof + pad // 2, text_px, DARK)


def class_color(index: int) -> RGB:
    """Return a bright colour that is always the same for a class."""
    red, green, blue = colorsys.hsv_to_rgb((0.55 + index * GOLDEN_TURN) % 1.0, 0.62, 0.98)
    return round(255 * red), round(255 * green), round(255 * blue)


def _area(each: TrackedObject) -> float:
    x0, y0, x1, y1 = each.found.box_px
    return float(np.abs((x1 - x0) * (y1 - y0)))
