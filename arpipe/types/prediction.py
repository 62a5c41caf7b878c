"""What a network of the user's answers for a frame: classes, plain outputs, and where it looked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.transforms import Array
from arpipe.types.pixels import Points
from arpipe.types.rounding import UNIT_DIGITS, Record, rounded_or_none, without_infinities

EXPORTED_CLASSES = 5  # of a prediction in an export
EXPORTED_VALUES = 1024  # of an output in an export: embeddings have all of theirs, feature maps none


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class of an answer.

    Attributes:
        index: Its place in the network's output.
        label: Its name; the index as text if the network has no names.
        score: Probability, in [0, 1].
    """

    index: int
    label: str
    score: float

    @property
    def short(self) -> str:
        """The first of the names that stand in the label."""
        return self.label.split(",")[0]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Where a classifier looked.

    Attributes:
        values: (rows, columns) float32 in [0, 1] over the network's input, 1 at the place that counts most; all 0 where
            nothing speaks for the class.
        size: Width and height of the network's input, px.
        image_from_tensor: Maps px of the input to image px, edges onto edges.
    """

    values: Points
    size: tuple[int, int]
    image_from_tensor: Affine2D

    @classmethod
    def scaled(cls, values: Points, size: tuple[int, int], image_from_tensor: Affine2D) -> "HeatMap":
        """Make a map of values of any scale; negative ones, which speak against the class, become 0."""
        positive = np.maximum(values, np.float32(0.0))
        return cls(positive / max(positive.max(), np.finfo(np.float32).tiny), size, image_from_tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Answer of a network for one picture.

    Attributes:
        model: Name of the network.
        outputs: Output name → values, without the batch dimension.
        size: Width and height of the network's input, px.
        image_from_tensor: Maps px of the input to image px, edges onto edges.
        scores: (classes,) probabilities of a classifier; empty for any other network.
        labels: Names of the classes; empty if there are none.
        class_map: Returns how much each place adds to a class, (rows, columns), where that is known without another
            run; None elsewhere.
    """

    model: str
    outputs: Mapping[str, npt.NDArray[Any]]
    size: tuple[int, int]
    image_from_tensor: Affine2D
    scores: Array = field(default_factory=lambda: np.zeros(0))
    labels: Sequence[str] = ()
    class_map: Callable[[int], Points] | None = None

    def top(self, count: int = 5) -> tuple[ClassScore, ...]:
        """Return the best classes, highest score first; of equal ones the earlier class."""
        order = np.argsort(-self.scores, kind="stable")[: max(count, 0)]
        return tuple(self.score_of(int(place)) for place in order)

    def score_of(self, index: int) -> ClassScore:
        """Return one class."""
        label = self.labels[index] if index < len(self.labels) else str(index)
        return ClassScore(index, label, float(self.scores[index]))

    def heat(self, index: int) -> HeatMap | None:
        """Return where the network looked for a class; None where that takes more than one run."""
        if self.class_map is None:
            return None
        return HeatMap.scaled(self.class_map(index), self.size, self.image_from_tensor)

    def to_dict(self) -> Record:
        """Return the best classes, and the shapes and values of the outputs, as JSON-ready values.

        Outputs of more than 1024 values have only their shapes.
        """
        return {
            "classes": [
                {"index": each.index, "label": each.label, "score": rounded_or_none(each.score, UNIT_DIGITS)}
                for each in self.top(EXPORTED_CLASSES)
            ],
            "outputs": {name: list(values.shape) for name, values in self.outputs.items()},
            "values": {
                name: _as_numbers(values)
                for name, values in self.outputs.items()
                if values.size <= EXPORTED_VALUES
            },
        }


def _as_numbers(values: npt.NDArray[np.generic]) -> object:
    """Return nested lists of the shortest numbers that stand for the same values; None for NaN and infinity."""
    if values.dtype.kind != "f":
        return values.tolist()
    return without_infinities(values.astype(str).astype(np.float64).tolist())
