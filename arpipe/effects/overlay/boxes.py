"""Boxes around objects, with their classes."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from arpipe.draw.labelled_box import class_color, paint_box
from arpipe.effects.params import EffectParams
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels, TrackedObject


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
        text = each.found.label.split(",")[0]
        text += f"  {100 * each.found.score:.0f} %" if self.params.scores else ""
        text += f"  #{each.track_id}" if self.params.ids else ""
        opacity = self.params.opacity if each.state == "coasting" else 1.0
        paint_box(pixels, each.found.box_px, text, class_color(each.found.index), opacity)


def _area(each: TrackedObject) -> float:
    x0, y0, x1, y1 = each.found.box_px
    return float(np.abs((x1 - x0) * (y1 - y0)))
