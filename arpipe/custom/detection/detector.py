"""Finds objects in pictures with a network of the user's."""

from arpipe.custom.decoding.candidates import suppress
from arpipe.custom.decoding.decoders import InputSize, decode
from arpipe.custom.library import StoredModel, require_stored
from arpipe.custom.model import Model
from arpipe.errors import ModelError
from arpipe.inference.providers import SessionConfig
from arpipe.types import FoundObject, Pixels, Prediction


class ObjectDetector:
    """A detection network with its decoder.

    Args:
        stored: The network, as `arpipe.custom.library.find_model` returns it.
        config: Provider and threads.
        min_score: In [0, 1]; objects with a lower score are not reported.
        max_overlap: Intersection over union above which two boxes of one class are one object.
        most: Most objects per picture.

    Attributes:
        name: Name of the network.
        provider: Where it runs.

    Raises:
        TypeError: `stored` is no `StoredModel`.
        ModelError: The network is not a detector.
        InferenceError: It cannot be loaded.
    """

    def __init__(
        self,
        stored: StoredModel,
        config: SessionConfig | None = None,
        min_score: float = 0.4,
        max_overlap: float = 0.45,
        most: int = 100,
    ) -> None:
        require_stored(stored, "ObjectDetector")
        decoder = stored.card.decoder
        if stored.card.task != "detect" or decoder is None:
            raise ModelError(
                f"{stored.card.name} is not a detector: its card says task {stored.card.task!r}; if it is one, "
                "add it with --decoder"
            )
        self._decoder = decoder
        self._limits = min_score, max_overlap, most
        self._model = Model(stored, config)
        self.name, self.provider = self._model.name, self._model.provider

    def detect(self, pixels: Pixels) -> tuple[FoundObject, ...]:
        """Find objects in a picture (h, w, 3) RGB, highest score first.

        Raises:
            ModelError: The outputs are not those of the decoder.
            InferenceError: The network failed, or is closed.
        """
        return self.decode(self._model.predict(pixels), pixels.shape[1], pixels.shape[0])

    def decode(self, prediction: Prediction, width: int, height: int) -> tuple[FoundObject, ...]:
        """Decode the answer for a picture of a size, px; errors as in `detect`."""
        min_score, max_overlap, most = self._limits
        found = decode(self._decoder, prediction.outputs, InputSize(*prediction.size)).at_least(min_score)
        kept = suppress(found, max_overlap, most)
        boxes = prediction.image_from_tensor.apply(kept.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, width)
        boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, height)
        labels = self._model.labels
        rows = zip(boxes, kept.scores.tolist(), kept.classes.tolist(), strict=True)
        return tuple(
            FoundObject(box, score, index, labels[index] if 0 <= index < len(labels) else str(index))
            for box, score, index in rows
        )

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._model.close()
