"""A classifier that also says where it looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from arpipe.closing import Closing
from arpipe.custom.classes import find_class
from arpipe.custom.explain.ending import find_ending
from arpipe.custom.explain.masks import Score, occlusion, rise
from arpipe.custom.inner import with_outputs
from arpipe.custom.library import StoredModel, require_stored
from arpipe.custom.model import Model
from arpipe.custom.onnx_file import read_onnx
from arpipe.errors import ModelError
from arpipe.inference.providers import SessionConfig
from arpipe.inference.tensor_session import Array
from arpipe.preprocess.fit import FittedPicture
from arpipe.types import ClassScore, HeatMap, Pixels, Prediction

Method = Literal["auto", "grad-cam", "occlusion", "rise"]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What a classifier answered for a picture, and where it looked.

    Attributes:
        prediction: The answer.
        explained: The class that the map is of.
        heat: The map.
        method: How it was computed.
    """

    prediction: Prediction
    explained: ClassScore
    heat: HeatMap
    method: Method


class Explainer(Closing):
    """A classifier, loaded with what its heat maps need.

    Args:
        stored: The network, as `arpipe.custom.library.find_model` returns it.
        config: Provider and threads.
        method: "auto" is Grad-CAM where the network ends in pooling and one matrix, and RISE elsewhere.

    Raises:
        TypeError: `stored` is no `StoredModel`.
        ModelError: The network is not a classifier, or Grad-CAM was asked for and is not possible.
        InferenceError: It cannot be loaded.
    """

    def __init__(
        self, stored: StoredModel, config: SessionConfig | None = None, method: Method = "auto"
    ) -> None:
        require_stored(stored, "Explainer")
        graph = read_onnx(stored.path)
        self._ending = find_ending(graph, stored.card.scores) if method in ("auto", "grad-cam") else None
        if method == "grad-cam" and self._ending is None:
            raise ModelError(
                f"{stored.card.name} does not end in global average pooling and one matrix, as Grad-CAM needs; "
                "use the method rise or occlusion"
            )
        extended = (
            None if self._ending is None else with_outputs(graph, [self._ending.features]).SerializeToString()
        )
        self.model = Model(stored, config, extended)
        self.model.require_classifier()
        self.method: Method = "grad-cam" if self._ending else ("rise" if method == "auto" else method)

    @property
    def name(self) -> str:
        """Name of the network."""
        return self.model.name

    @property
    def provider(self) -> str:
        """Where it runs."""
        return self.model.provider

    def predict(self, pixels: Pixels) -> Prediction:
        """Classify a picture (h, w, 3) RGB; with Grad-CAM, the prediction also knows where the network looked."""
        tensor, (fitted,) = self.model.prepare([pixels])
        return self._interpret(self.model.run_tensor(tensor), fitted)

    def explain(self, pixels: Pixels, wanted: str | None = None) -> Explanation:
        """Classify a picture and show which places decided.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            wanted: The class, as in `arpipe.custom.classes.find_class`; by default the best one.

        Raises:
            ConfigError: There is no such class.
            InferenceError: The network failed, or is closed.
        """
        tensor, (fitted,) = self.model.prepare([pixels])
        prediction = self._interpret(self.model.run_tensor(tensor), fitted)
        scores = prediction.scores
        index = int(scores.argmax()) if wanted is None else find_class(wanted, self.model.labels, scores)
        heat = prediction.heat(index)
        if heat is None:
            compute = occlusion if self.method == "occlusion" else rise
            values = compute(self.score_of(index), fitted.pixels)
            heat = HeatMap.scaled(values, prediction.size, fitted.image_from_tensor)
        return Explanation(prediction, prediction.score_of(index), heat, self.method)

    def score_of(self, index: int) -> Score:
        """Return a function that gives the probability of one class for pictures of the network's size."""

        def score(pictures: Sequence[Pixels]) -> Array:
            return np.asarray(self.model.scores(self.model.tensor_of(pictures))[:, index])

        return score

    def close(self) -> None:
        """Free the network; may be called twice."""
        self.model.close()

    def _interpret(self, answers: Mapping[str, Array], fitted: FittedPicture) -> Prediction:
        ending = self._ending
        if ending is None:
            return self.model.interpret(answers, fitted)
        features = answers[ending.features][0]
        return self.model.interpret(answers, fitted, lambda index: ending.class_map(features, index))
