"""Decoders: the outputs of a detector as boxes in px of its input, one function per kind of network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from arpipe.custom.card import DecoderName
from arpipe.custom.decoding.candidates import BoxCandidates, corners, of_class_scores
from arpipe.errors import ModelError
from arpipe.geometry.transforms import Array
from arpipe.inference.tensor_session import Array as Values

YOLOX_STRIDES = (8, 16, 32)
LARGEST_LOGARITHM = 20.0  # of a side over its stride; e²⁰ is no box, and more overflows


@dataclass(frozen=True, slots=True)
class InputSize:
    """Size of a network's input, px."""

    width: int
    height: int

    @property
    def sides(self) -> Array:
        """(4,) width, height, width, height."""
        return np.array([self.width, self.height] * 2, np.float64)


Outputs = Mapping[str, Values]
"""Output name → values for one picture, without the batch dimension, in the network's order."""

Decoder = Callable[[Outputs, InputSize], BoxCandidates]


def decode(decoder: DecoderName, outputs: Outputs, size: InputSize) -> BoxCandidates:
    """Decode the outputs of a detector.

    Args:
        decoder: Kind of network.
        outputs: Its outputs.
        size: Of its input.

    Raises:
        ModelError: The outputs do not have the shapes of such a network.
    """
    try:
        return DECODERS[decoder](outputs, size)
    except (IndexError, ValueError, StopIteration) as error:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in outputs.items())
        raise ModelError(
            f"outputs {shapes} cannot be read as those of {decoder!r} ({error}); choose another decoder: "
            f"{', '.join(DECODERS)}"
        ) from error


def _ssd(outputs: Outputs, size: InputSize) -> BoxCandidates:
    """TFLite's post-processing of SSD: boxes (n, 4) y0, x0, y1, x1 in [0, 1], classes (n,), scores (n,), count ()."""
    values = list(outputs.values())
    boxes = next(value for value in values if value.ndim == 2).astype(np.float64)
    rows = [value.astype(np.float64) for value in values if value.ndim == 1 and value.size == len(boxes)]
    (count,) = [int(value.reshape(-1)[0]) for value in values if value.size == 1 and value.ndim <= 1][-1:]
    classes, scores = rows[:2] if (rows[0] == np.rint(rows[0])).all() else rows[1::-1]
    kept = slice(0, max(min(count, len(boxes)), 0))
    turned = boxes[kept][:, [1, 0, 3, 2]] * size.sides
    return BoxCandidates(turned, scores[kept], classes[kept].astype(np.intp))


def _yolo(outputs: Outputs, _: InputSize) -> BoxCandidates:
    """YOLO v5 and v7: (n, 5 + classes) with centre, size, objectness and classes."""
    (rows,) = outputs.values()
    table = _table(rows, 6)
    return of_class_scores(corners(table), table[:, 5:] * table[:, 4:5])


def _yolo_transposed(outputs: Outputs, _: InputSize) -> BoxCandidates:
    """YOLO v8 to v11: (4 + classes, n) with centre, size and classes; no objectness."""
    (columns,) = outputs.values()
    table = _table(columns.T, 5)
    return of_class_scores(corners(table), table[:, 4:])


def _yolox(outputs: Outputs, size: InputSize) -> BoxCandidates:
    """YOLOX without its decoding: (n, 5 + classes), centres relative to cells, logarithms of sizes."""
    (rows,) = outputs.values()
    table = _table(rows, 6)
    cells, strides = yolox_cells(size)
    if len(cells) != len(table):
        raise ValueError(f"{len(table)} rows for {len(cells)} cells")
    sizes = np.exp(np.minimum(table[:, 2:4], LARGEST_LOGARITHM)) * strides
    boxes = corners(np.hstack([(table[:, :2] + cells) * strides, sizes]))
    return of_class_scores(boxes, table[:, 5:] * table[:, 4:5])


def _end_to_end(outputs: Outputs, _: InputSize) -> BoxCandidates:
    """YOLO v10 and others that suppress by themselves: (n, 6) with corners, score and class."""
    (rows,) = outputs.values()
    table = _table(rows, 6)
    return BoxCandidates(table[:, :4], table[:, 4], table[:, 5].astype(np.intp))


def _detr(outputs: Outputs, size: InputSize) -> BoxCandidates:
    """DETR: logits (n, classes + 1), the last of which is no object, and boxes (n, 4), centre and size in [0, 1]."""
    boxes = next(value for name, value in outputs.items() if "box" in name.lower()).astype(np.float64)
    logits = next(value for name, value in outputs.items() if "box" not in name.lower()).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = powers / powers.sum(axis=1, keepdims=True)
    return of_class_scores(corners(boxes) * size.sides, scores[:, :-1])


def yolox_cells(size: InputSize) -> tuple[Array, Array]:
    """Return (n, 2) column and row of YOLOX's cells in its order, and (n, 1) their strides, px."""
    cells, strides = [], []
    for stride in YOLOX_STRIDES:
        rows, columns = np.mgrid[: size.height // stride, : size.width // stride]
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((rows.size, 1), float(stride)))
    return np.concatenate(cells).astype(np.float64), np.concatenate(strides)


def _table(rows: Values, least_columns: int) -> Array:
    if rows.ndim != 2 or rows.shape[1] < least_columns:
        raise ValueError(f"expected (n, {least_columns} or more)")
    return np.asarray(rows, np.float64)


DECODERS: dict[DecoderName, Decoder] = {
    "ssd": _ssd,
    "yolo": _yolo,
    "yolo-transposed": _yolo_transposed,
    "yolox": _yolox,
    "end-to-end": _end_to_end,
    "detr": _detr,
}
"""Name in a card → decoder."""
