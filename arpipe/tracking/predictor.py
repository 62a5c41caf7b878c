"""Networks of the user's, run on whole frames."""

from typing import Protocol, Self

from arpipe.custom.explain.explainer import Explainer
from arpipe.custom.library import StoredModel, find_model
from arpipe.custom.model import Model
from arpipe.errors import NonFiniteOutput
from arpipe.inference.providers import SessionConfig
from arpipe.inference.runtime import RunningNetwork, Runtime
from arpipe.needs import MODEL_PREFIX
from arpipe.tracking.context import FrameContext
from arpipe.types import Pixels, Prediction


class PredictingNetwork(RunningNetwork, Protocol):
    """A network that interprets its answers."""

    def predict(self, pixels: Pixels) -> Prediction:
        """Run on one picture (h, w, 3) RGB."""


class NetworkPredictor:
    """Runs one network on the frames of a stream; `open` makes one.

    Args:
        network: The network.
    """

    def __init__(self, network: PredictingNetwork) -> None:
        self._network = network
        self._stage = f"{MODEL_PREFIX}{network.name}"
        self._last: Prediction | None = None
        self._age = 0

    @classmethod
    def open(cls, runtime: Runtime, name: str) -> Self:
        """Load a network by its name or path, as in `arpipe.open_model`; it is owned by the runtime."""
        return cls(runtime.adopt(_load(find_model(name), runtime.config)))

    def update(self, context: FrameContext) -> Prediction | None:
        """Return the answer for the next frame; stage `model:` and the network's name.

        In frames that `context.every` skips, the last answer stands in. None where the network answered with NaN.
        """
        self._age += 1
        if self._last is None or self._age >= context.every:
            with context.timer.stage(self._stage):
                self._last = self._predict(context.frame.pixels)
            self._age = 0
        return self._last

    def reset(self) -> None:
        """Forget the last answer."""
        self._last = None
        self._age = 0

    def _predict(self, pixels: Pixels) -> Prediction | None:
        try:
            return self._network.predict(pixels)
        except NonFiniteOutput:
            return None


def _load(stored: StoredModel, config: SessionConfig) -> PredictingNetwork:
    """Load a classifier with what its heat maps need, any other network as it is."""
    return Explainer(stored, config) if stored.card.task == "classify" else Model(stored, config)
