"""Classes of one's own on the features of a classifier, learned from a few pictures."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arpipe.custom.card import CARD_FILE, ModelCard
from arpipe.custom.explain.ending import Ending, find_ending
from arpipe.custom.explain.own_ending import SCORES, replace_ending
from arpipe.custom.inner import with_outputs
from arpipe.custom.library import LABEL_FILE, MODEL_FILE, StoredModel
from arpipe.custom.model import Model
from arpipe.custom.onnx_file import read_onnx
from arpipe.errors import ConfigError, ModelError
from arpipe.inference.providers import SessionConfig
from arpipe.inference.tensor_session import Array
from arpipe.io.atomic import make_parent, write_bytes, write_text
from arpipe.io.validation import check
from arpipe.recognition.classifier import Classifier, train
from arpipe.recognition.samples import BLOCKS, Samples
from arpipe.types import Pixels, Points


@dataclass(frozen=True, slots=True, eq=False)
class LearnedNetwork:
    """A network for classes of one's own.

    Attributes:
        onnx: The network; its output is the logits.
        labels: Names of the classes.
        card: Its card.
        confusion: (k, k) counts, actual by recognised class, each picture recognised by a matrix that was learned
            without it; all 0 where no picture can be left out.
    """

    onnx: bytes
    labels: tuple[str, ...]
    card: ModelCard
    confusion: np.ndarray

    def save(self, folder: Path) -> Path:
        """Write network, labels and card into a folder; returns the path of the card, by which it is opened.

        Raises:
            OutputError: A file cannot be written.
        """
        make_parent(folder / MODEL_FILE)
        write_bytes(folder / MODEL_FILE, self.onnx)
        write_text(folder / LABEL_FILE, "\n".join(self.labels) + "\n")
        write_text(folder / CARD_FILE, self.card.to_toml())
        return folder / CARD_FILE


def learn_network(
    base: StoredModel,
    name: str,
    pictures: Mapping[str, Sequence[Pixels]],
    config: SessionConfig | None = None,
) -> LearnedNetwork:
    """Learn a few classes on the features of a classifier, whose own classes it replaces.

    The new matrix is a logistic regression on the pooled features. The network is a classifier like any other: it has
    heat maps, and effects use it.

    Args:
        base: The classifier; it ends in global average pooling and one matrix.
        name: Name of the new network.
        pictures: Class → pictures (h, w, 3) uint8 RGB, at least one of each of two or more classes.
        config: Provider and threads.

    Raises:
        ConfigError: There are too few classes or pictures, or the name is no name of a network.
        ModelError: The classifier ends otherwise, or computes with other numbers than float32.
        InferenceError: It cannot be loaded, or failed.
    """
    labels = tuple(pictures)
    _require_classes(pictures)
    graph = read_onnx(base.path)
    ending = find_ending(graph, base.card.scores)
    if ending is None:
        raise ModelError(
            f"{base.card.name} does not end in global average pooling and one matrix; take another network"
        )
    with Model(base, config, with_outputs(graph, [ending.features]).SerializeToString()) as model:
        vectors = [_pooled(model, ending, pixels) for each in pictures.values() for pixels in each]
    counts = [len(each) for each in pictures.values()]
    blocks = np.concatenate([np.arange(count) % BLOCKS for count in counts])
    training = train(
        Samples(np.stack(vectors), np.repeat(np.arange(len(labels)), counts), blocks), len(labels)
    )
    made = replace_ending(graph, ending, *_matrix(training.classifier)).SerializeToString()
    return LearnedNetwork(made, labels, _card(base, name, made), training.confusion)


def _require_classes(pictures: Mapping[str, Sequence[Pixels]]) -> None:
    """Raise ConfigError unless there are two classes with a name and a picture each."""
    if len(pictures) < 2 or not all(pictures.values()):
        given = ", ".join(f"{label!r} {len(each)}" for label, each in pictures.items()) or "none"
        raise ConfigError(f"two classes or more with a picture each are needed, got: {given}")
    if unclear := [label for label in pictures if label.split("\n") != [label.strip()] or not label]:
        raise ConfigError(f"the name of a class is one line without spaces around it, got {unclear[0]!r}")


def _pooled(model: Model, ending: Ending, pixels: Pixels) -> Points:
    """Return (channels,) the mean features of a picture."""
    features = model.run(pixels)[ending.features][0]
    if features.dtype != np.float32:
        raise ModelError(f"{model.name} computes with {features.dtype}; export it with float32")
    return np.asarray(features.mean(axis=(0, 1) if ending.channels_last else (1, 2)))


def _matrix(classifier: Classifier) -> tuple[Array, Array]:
    """Return weights (k, d) and bias (k,) that give the calibrated logits of vectors as they are."""
    scaled = classifier.weights[:-1] / classifier.scale[:, np.newaxis] / classifier.temperature
    return scaled.T, classifier.weights[-1] / classifier.temperature - classifier.center @ scaled


def _card(base: StoredModel, name: str, content: bytes) -> ModelCard:
    table = base.card.model_dump(exclude={"decoder", "file", "labels", "origin", "sha256"})
    changes = {
        "name": name,
        "about": f"classes of one's own on the features of {base.card.name}",
        "file": MODEL_FILE,
        "labels": LABEL_FILE,
        "sha256": hashlib.sha256(content).hexdigest(),
        "task": "classify",
        "scores": SCORES,
        "activation": "softmax",
    }
    return check(ModelCard, {**table, **changes}, "learn_network")
