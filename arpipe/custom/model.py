"""A network of the user's, loaded: pictures in, classes, boxes or plain outputs out."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from arpipe.closing import Closing
from arpipe.custom.card import ModelCard
from arpipe.custom.inner import find_value, with_outputs
from arpipe.custom.library import StoredModel, find_model, require_stored
from arpipe.custom.onnx_file import read_onnx
from arpipe.custom.summary import NetworkSummary, summarise
from arpipe.errors import ModelError
from arpipe.geometry.transforms import Array as Numbers
from arpipe.inference.providers import SessionConfig
from arpipe.inference.tensor_session import Array, TensorSession
from arpipe.preprocess.fit import FittedPicture
from arpipe.preprocess.scaling import Scaling, Tensor
from arpipe.types import ClassScore, Pixels, Points, Prediction


class Model(Closing):
    """A network with its card, ready to run.

    Args:
        stored: The network, as `arpipe.custom.library.find_model` returns it.
        config: Provider and threads.
        graph: Content of an ONNX file to run instead of the stored one, such as one with further outputs.

    Attributes:
        stored: As given.
        name: Its name.
        provider: Where it runs.
        labels: Names of its classes; empty if it has none.

    Raises:
        TypeError: `stored` is no `StoredModel`.
        ModelError: The network does not match its card.
        InferenceError: It cannot be loaded, or the provider is not available.
    """

    def __init__(
        self, stored: StoredModel, config: SessionConfig | None = None, graph: bytes | None = None
    ) -> None:
        require_stored(stored, "Model")
        self.stored = stored
        self.name = stored.card.name
        self.labels = stored.labels
        self._config = config or SessionConfig()
        self._scaling = Scaling(stored.card.input.spec)
        self._session = TensorSession(stored.path if graph is None else graph, self.name, self._config)
        self.provider = self._session.provider
        try:
            self._batch = _batch_size(self._session, stored.card)
        except ModelError:
            self._session.close()
            raise

    @property
    def card(self) -> ModelCard:
        """Its card."""
        return self.stored.card

    @property
    def config(self) -> SessionConfig:
        """Provider and threads, as given."""
        return self._config

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs, in the network's order."""
        return tuple(output.name for output in self._session.outputs)

    def prepare(self, pictures: Sequence[Pixels]) -> tuple[Tensor, tuple[FittedPicture, ...]]:
        """Bring pictures (h, w, 3) RGB to the network's input.

        Returns:
            The tensor (n, …), and each picture as the network gets it.
        """
        fitted = tuple(self.card.input.fitted(pixels) for pixels in pictures)
        return self.tensor_of([each.pixels for each in fitted]), fitted

    def tensor_of(self, pictures: Sequence[Pixels]) -> Tensor:
        """Return the tensor of pictures that have the network's size already."""
        tensor = self.card.input.spec.empty(len(pictures))
        for picture, slot in zip(pictures, tensor, strict=True):
            self._scaling.write(picture, slot)
        return tensor

    def run(self, pictures: Pixels | Sequence[Pixels]) -> dict[str, Array]:
        """Run the network on one picture, or on several.

        Args:
            pictures: (h, w, 3) uint8 RGB each, of any size.

        Returns:
            Output name → (n, …).

        Raises:
            InferenceError: The network failed, or is closed.
            NonFiniteOutput: It answered with NaN or infinity.
        """
        several = [pictures] if isinstance(pictures, np.ndarray) else pictures
        return self.run_tensor(self.prepare(several)[0])

    def run_tensor(self, tensor: Tensor) -> dict[str, Array]:
        """Run the network on a tensor (n, …) of its input; results and errors as in `run`."""
        if self._batch is None:
            return self._session.run({self.card.input.name: tensor})
        size = self._batch
        parts = [self._run_part(tensor[start : start + size]) for start in range(0, len(tensor), size)]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.outputs}

    def classify(self, pixels: Pixels, top: int = 5) -> tuple[ClassScore, ...]:
        """Return the best classes of a picture (h, w, 3) RGB, highest score first; errors as in `scores`."""
        self.require_classifier()
        return self.predict(pixels).top(top)

    def predict(self, pixels: Pixels) -> Prediction:
        """Run the network on one picture (h, w, 3) RGB and interpret its answer; errors as in `run`."""
        tensor, (fitted,) = self.prepare([pixels])
        return self.interpret(self.run_tensor(tensor), fitted)

    def interpret(
        self,
        answers: Mapping[str, Array],
        fitted: FittedPicture,
        class_map: Callable[[int], Points] | None = None,
    ) -> Prediction:
        """Return the answers (1, …) for one picture as a prediction; `class_map` is as there."""
        is_classifier = self.card.task == "classify"
        return Prediction(
            model=self.name,
            outputs={name: value[0] for name, value in answers.items()},
            size=(self.card.input.width, self.card.input.height),
            image_from_tensor=fitted.image_from_tensor,
            scores=self.probabilities(answers[self.require_classifier()])[0]
            if is_classifier
            else np.zeros(0),
            labels=self.labels,
            class_map=class_map,
        )

    def scores(self, tensor: Tensor) -> Numbers:
        """Return the probabilities of all classes.

        Args:
            tensor: (n, …) of its input.

        Returns:
            (n, classes) float64.

        Raises:
            ModelError: The network is not a classifier.
            InferenceError: The network failed, or is closed.
        """
        return self.probabilities(self.run_tensor(tensor)[self.require_classifier()])

    def probabilities(self, values: Array) -> Numbers:
        """Return probabilities (n, classes) for the values of the output `card.scores`."""
        rows = values.reshape(len(values), -1).astype(np.float64)
        if self.card.activation == "none":
            return rows
        if self.card.activation == "sigmoid":
            return np.asarray(1.0 / (1.0 + np.exp(-np.clip(rows, -100.0, 100.0))))
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def at(self, *layers: str) -> "Model":
        """Open the network anew, with values inside it as its only outputs; the caller closes it.

        Args:
            layers: Names of layers, or of the values that they compute, as `summary` lists them.

        Raises:
            ModelError: There is no such layer.
        """
        graph = read_onnx(self.stored.path)
        values = [find_value(graph, layer) for layer in layers]
        return Model(self.stored, self._config, with_outputs(graph, values, keep=False).SerializeToString())

    def summary(self) -> NetworkSummary:
        """Return the layers of the network, with shapes, parameters and multiply-adds."""
        return summarise(read_onnx(self.stored.path), (1, *self.card.input.spec.shape))

    def require_classifier(self) -> str:
        """Return the output with the scores of classes; ModelError if there is none."""
        if self.card.task != "classify" or self.card.scores not in self.outputs:
            raise ModelError(
                f"{self.name} is not a classifier: its card says task {self.card.task!r}, its outputs are "
                f"{', '.join(self.outputs)}; set task = 'classify' and scores = 'NAME' there if it is one"
            )
        return self.card.scores

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session.close()

    def _run_part(self, tensor: Tensor) -> dict[str, Array]:
        """Run part of a batch on a network whose batch size is fixed; the last rows are repeated to fill it."""
        missing = (self._batch or len(tensor)) - len(tensor)
        filled = np.concatenate([tensor, np.repeat(tensor[-1:], missing, axis=0)]) if missing else tensor
        answers = self._session.run({self.card.input.name: filled})
        return {name: value[: len(tensor)] for name, value in answers.items()}


def open_model(name: str | Path, config: SessionConfig | None = None) -> Model:
    """Open a network of the library, or one of a file.

    Args:
        name: As in `arpipe.custom.library.find_model`: a name such as "efficientnet-lite0", or a path.
        config: Provider and threads.

    Raises:
        ModelError: There is no such network, or it cannot be used.
        WeightsError: The weights of a bundled network cannot be obtained.
        InferenceError: It cannot be loaded, or the provider is not available.
    """
    return Model(find_model(name), config)


def _batch_size(session: TensorSession, card: ModelCard) -> int | None:
    """Return the fixed size of a batch, None if it is free; checks that the network takes what the card says."""
    found = {info.name: info for info in session.inputs}
    if set(found) != {card.input.name}:
        raise ModelError(
            f"{card.name}: its card says that the input is {card.input.name!r}, the network has {', '.join(found)}"
        )
    info, shape = found[card.input.name], card.input.spec.shape
    fits = all(
        not isinstance(size, int) or size == wanted
        for size, wanted in zip(info.shape[1:], shape, strict=False)
    )
    if len(info.shape) != 1 + len(shape) or not fits or info.dtype != card.input.dtype:
        raise ModelError(
            f"{card.name}: its card says (n, {shape}) {card.input.dtype}, the network's input is {info}"
        )
    first = info.shape[0]
    return first if isinstance(first, int) and first > 0 else None
