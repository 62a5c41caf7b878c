"""What the page asks of a network; one thread at a time."""

import io
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from arpipe.custom.explain.ending import find_ending
from arpipe.custom.explain.explainer import Explainer
from arpipe.custom.inner import find_value, with_outputs
from arpipe.custom.library import StoredModel
from arpipe.custom.onnx_file import read_onnx
from arpipe.custom.summary import summarise
from arpipe.errors import ModelError
from arpipe.inference.providers import SessionConfig
from arpipe.io.image.reader import read_image
from arpipe.types import Pixels, Points

SHOWN_MAPS, MAP_PX, MAP_GAP = 16, 96, 4
MAPS_PER_ROW = 8
SPATIAL_RANK = 3  # of one picture's value that has a map per channel

Facts = Mapping[str, Any]


class PageAnswers:
    """A classifier, and what the page wants to know of it.

    Args:
        stored: The network.
        config: Provider and threads.

    Raises:
        ModelError: The network is not a classifier.
    """

    def __init__(self, stored: StoredModel, config: SessionConfig | None = None) -> None:
        self._stored, self._config = stored, config
        self._explainer = Explainer(stored, config)
        self._graph = read_onnx(stored.path)
        self._ending = find_ending(self._graph, stored.card.scores)
        self._lock = threading.Lock()

    def facts(self) -> Facts:
        """Return what the page shows of the network, and what a browser needs to run it."""
        card, ending = self._stored.card, self._ending
        summary = summarise(self._graph, (1, *card.input.spec.shape))
        return {
            "name": card.name,
            "about": card.about,
            "licence": card.licence,
            "provider": self._explainer.provider,
            "input": {
                "name": card.input.name,
                "shape": [1, *card.input.spec.shape],
                "dtype": card.input.dtype,
            },
            "size": [card.input.width, card.input.height],
            "scores": card.scores,
            "activation": card.activation,
            "labels": list(self._stored.labels),
            "features": None if ending is None else ending.features,
            "channels_last": ending is not None and ending.channels_last,
            "parameters": summary.parameters,
            "multiply_adds": summary.multiply_adds,
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "shape": list(layer.shape),
                    "parameters": layer.parameters,
                }
                for layer in summary.layers
            ],
        }

    def graph(self) -> bytes:
        """Return the ONNX file that a browser runs: with the features as an output, where heat maps need them."""
        extra = [] if self._ending is None else [self._ending.features]
        content: bytes = with_outputs(self._graph, extra).SerializeToString()
        return content

    def weights(self, index: int) -> bytes:
        """Return the float32 weights of a class on the features.

        Raises:
            ModelError: There is no such class, or the network has no such weights.
        """
        if self._ending is None or not 0 <= index < len(self._ending.weights):
            raise ModelError(f"there are no weights of a class {index}")
        content: bytes = self._ending.weights[index].astype("<f4").tobytes()
        return content

    def tensor(self, content: bytes) -> tuple[bytes, Facts]:
        """Prepare a picture: the values of the input tensor, and where it lies in the picture."""
        model = self._explainer.model
        tensor, (fitted,) = model.prepare([decoded(content)])
        return tensor.tobytes(), {"place": fitted.image_from_tensor.matrix.tolist()}

    def predict(self, content: bytes) -> Facts:
        """Return all probabilities of a picture, and where the input lies in it."""
        with self._lock:
            prediction = self._explainer.predict(decoded(content))
        return {"scores": prediction.scores.tolist(), "place": prediction.image_from_tensor.matrix.tolist()}

    def heat(self, content: bytes, index: int) -> Facts:
        """Return the heat map of a class, (rows, columns) in [0, 1]."""
        with self._lock:
            found = self._explainer.explain(decoded(content), str(index))
        return {"heat": np.round(found.heat.values.astype(np.float64), 5).tolist()}

    def maps(self, content: bytes, layer: str) -> bytes:
        """Return a PNG of the activation maps of a layer, those that vary most first.

        Raises:
            ModelError: There is no such layer, or it has no maps.
        """
        value = find_value(self._graph, layer)
        with self._lock, self._explainer.model.at(layer) as inner:
            values = inner.run(decoded(content))[value][0]
        if values.ndim != SPATIAL_RANK:
            raise ModelError(f"{layer} has no maps, its values are {values.shape}")
        # A map is nearly always as high as it is wide, so the axis that differs counts the channels.
        channels_last = values.shape[0] == values.shape[1] != values.shape[2]
        return _sheet(np.moveaxis(values, 2, 0) if channels_last else values)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._explainer.close()


def decoded(content: bytes) -> Pixels:
    """Decode a picture file within the limits of all pictures.

    Raises:
        MediaError: It is not a picture, or too large.
    """
    with tempfile.TemporaryDirectory(prefix="arpipe-") as folder:
        path = Path(folder) / "the picture"
        path.write_bytes(content)
        return read_image(path)


def _sheet(maps: Points) -> bytes:
    """Return a PNG of the maps (channels, h, w) that vary most, in colours from the lowest to the highest value."""
    chosen = np.argsort(-maps.std(axis=(1, 2)), kind="stable")[:SHOWN_MAPS]
    rows = -(-len(chosen) // MAPS_PER_ROW)
    pitch = MAP_PX + MAP_GAP
    shape = rows * pitch - MAP_GAP, min(len(chosen), MAPS_PER_ROW) * pitch - MAP_GAP
    sheet, opacity = np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.uint8)
    for place, channel in enumerate(chosen.tolist()):
        top, left = place // MAPS_PER_ROW * pitch, place % MAPS_PER_ROW * pitch
        box = np.s_[top : top + MAP_PX, left : left + MAP_PX]
        values = maps[channel].astype(np.float32)
        span = max(float(np.ptp(values)), float(np.finfo(np.float32).tiny))
        levels = np.rint((values - values.min()) / span * 255.0).astype(np.uint8)
        enlarged = cv2.resize(levels, (MAP_PX, MAP_PX), interpolation=cv2.INTER_NEAREST)
        sheet[box] = cv2.applyColorMap(enlarged, cv2.COLORMAP_VIRIDIS)[..., ::-1]
        opacity[box] = 255
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([sheet, opacity])).save(buffer, format="PNG")
    return buffer.getvalue()
