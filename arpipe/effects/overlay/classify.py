"""The best classes of the picture, as a panel with bars."""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from arpipe.draw.strokes import rgb_levels
from arpipe.effects.overlay.class_panel import Corner, PanelStyle, draw_classes
from arpipe.effects.overlay.model_params import ModelParams, Smoother
from arpipe.effects.params import Color, EffectParams
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels


class ClassifyParams(ModelParams):
    """Parameters of `classify`.

    Attributes:
        top: Most classes to show.
        min_score: Least probability of a class after the first.
        at: Corner of the panel.
        color: Of the bars.
        title: Line above the classes; empty for none.
    """

    top: int = Field(default=3, ge=1, le=20)
    min_score: float = Field(default=0.01, ge=0, le=1)
    at: Corner = "top-left"
    color: Color = (0.34, 0.71, 0.91)
    title: str = ""


class Classify(Layer):
    """Shows what a classifier sees.

    Args:
        params: The network and the look of the panel.
    """

    Params: ClassVar[type[EffectParams]] = ClassifyParams
    order = Order.OVERLAY + 2

    def __init__(self, params: ClassifyParams) -> None:
        self.params = params
        self.needs = params.needs
        self._style = PanelStyle(params.at, rgb_levels(params.color), params.title)
        self._smoother = Smoother(params.smooth_s)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw the panel; nothing where the network gave no answer."""
        prediction = scene.result.models.get(self.params.model)
        if prediction is None or not prediction.scores.size:
            return
        scores = self._smoother.smooth(prediction.scores, scene.result.frame)
        best, *others = replace(prediction, scores=scores).top(self.params.top)
        draw_classes(
            pixels, [best, *(each for each in others if each.score >= self.params.min_score)], self._style
        )
