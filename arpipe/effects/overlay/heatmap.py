"""Where a classifier looked, over the picture."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from arpipe.custom.classes import find_class
from arpipe.effects.overlay.heat import draw_bar, draw_heat
from arpipe.effects.overlay.model_params import ModelParams, Smoother
from arpipe.effects.params import EffectParams
from arpipe.errors import ModelError
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import HeatMap, Pixels


class HeatmapParams(ModelParams):
    """Parameters of `heatmap`.

    Attributes:
        of: The class, by its name, a word of it or its index; the best one if empty.
        opacity: Opacity of the hottest place.
        bar: Draw the bar that explains the colours.
    """

    of: str = ""
    opacity: float = Field(default=0.65, ge=0, le=1)
    bar: bool = True


class Heatmap(Layer):
    """Shows which parts of the picture speak for a class.

    Args:
        params: The network, the class and the look.
    """

    Params: ClassVar[type[EffectParams]] = HeatmapParams
    order = Order.OVERLAY + 1

    def __init__(self, params: HeatmapParams) -> None:
        self.params = params
        self.needs = params.needs
        self._scores = Smoother(params.smooth_s)
        self._map = Smoother(params.smooth_s)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw the map; nothing where the network gave no answer.

        Raises:
            ModelError: The network's maps take more than one run, which is too long for a stream.
            ConfigError: There is no such class.
        """
        prediction = scene.result.models.get(self.params.model)
        if prediction is None:
            return
        if prediction.class_map is None:
            raise ModelError(
                f"heatmap: {prediction.model} does not end in global average pooling and one matrix, so that its maps "
                "take hundreds of runs; for photos there is: arpipe model explain"
            )
        frame = scene.result.frame
        scores = self._scores.smooth(prediction.scores, frame)
        index = (
            find_class(self.params.of, prediction.labels, scores) if self.params.of else int(scores.argmax())
        )
        values = self._map.smooth(prediction.class_map(index).astype(np.float64), frame)
        heat = HeatMap.scaled(np.asarray(values, np.float32), prediction.size, prediction.image_from_tensor)
        draw_heat(pixels, heat, self.params.opacity)
        if self.params.bar:
            draw_bar(pixels)
