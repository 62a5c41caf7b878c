"""A card for a network of which little was said: what its graph tells, and what it does not tell."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx
from onnx import numpy_helper

from arpipe.custom.card import Activation, DecoderName, InputCard, Task
from arpipe.custom.input_text import EXAMPLE, Fields
from arpipe.errors import ModelError
from arpipe.inference.tensor_session import Array, Dimension, TensorInfo

PICTURE_RANK = 4
CHANNELS = (1, 3)
SSD_RANKS = [1, 2, 2, 3]  # count, classes, scores, boxes
END_TO_END_COLUMNS, MOST_END_TO_END_ROWS = 6, 1000
LEAST_BOXES = 100  # of a detector that does not suppress by itself
SCALING_OPERATORS = frozenset({"Sub", "Mul", "Div", "Add", "BatchNormalization"})
MOST_SEARCHED = 8  # layers from the input on
PASSING_OPERATORS = frozenset({"Identity", "Cast", "Transpose"})


@dataclass(frozen=True, slots=True)
class GuessedOutputs:
    """What the outputs of a network mean; fields as in `ModelCard`."""

    task: Task
    scores: str = ""
    activation: Activation = "none"
    decoder: DecoderName | None = None


@dataclass(frozen=True, slots=True)
class GuessedInput:
    """An input, and what of it is only a guess.

    Attributes:
        card: The input.
        notes: Sentences on what the graph does not tell, each with what to write.
    """

    card: InputCard
    notes: tuple[str, ...] = ()


def input_fields(source: TensorInfo, stated: Fields) -> Fields:
    """Return the fields that an input's declaration tells, joined with what was said of it.

    Raises:
        ModelError: It is not a picture, or size or layout are free and not stated, or both contradict each other.
    """
    fields = _told(source, stated)
    for key in fields.keys() & stated.keys():
        if fields[key] != stated[key]:
            raise ModelError(f"{key} {stated[key]!r} was stated, but the network's input is {source}")
    fields |= stated
    if not fields.keys() >= {"width", "height"}:
        raise ModelError(
            f"input {source} leaves its size open; say which one the network was trained with: --input {EXAMPLE}"
        )
    return fields


def _told(source: TensorInfo, stated: Fields) -> Fields:
    """Return the fields that the declaration alone tells."""
    shape = source.shape
    if len(shape) != PICTURE_RANK:
        raise ModelError(
            f"input {source} is not a picture: four dimensions are expected, of which one has 3 or 1 channels"
        )
    layout = _layout(shape, source, stated)
    channels, (height, width) = (shape[1], shape[2:]) if layout == "nchw" else (shape[3], shape[1:3])
    sizes = {"width": width, "height": height}
    fields: Fields = {"name": source.name, "layout": layout, "dtype": source.dtype}
    fields |= {key: size for key, size in sizes.items() if isinstance(size, int) and size > 0}
    return fields | ({"color": "gray"} if channels == 1 else {})


def guess_input(source: TensorInfo, stated: Fields, model: onnx.ModelProto) -> GuessedInput:
    """Return a card for the input; errors as in `input_fields`."""
    fields = input_fields(source, stated)
    notes = []
    if fields["dtype"] != "uint8" and "low" not in fields:
        fields["low"], fields["high"] = (0.0, 255.0) if _scales_itself(source.name, model) else (0.0, 1.0)
        notes.append(
            f"the range {fields['low']:g}..{fields['high']:g} is a guess; if the network was trained with another one, "
            f"state it: --input '{fields['low']:g}..{fields['high']:g}', '-1..1' or 'imagenet'"
        )
    if fields.get("color", "rgb") == "rgb" and "color" not in stated:
        notes.append("channels are taken as rgb; a network of OpenCV's world may want --input bgr")
    return GuessedInput(InputCard.model_validate(fields), tuple(notes))


def guess_outputs(
    outputs: Sequence[TensorInfo], shapes: Mapping[str, tuple[int, ...]], model: onnx.ModelProto
) -> GuessedOutputs:
    """Return what the outputs mean, from the shapes of their first answers."""
    decoder = guess_decoder(outputs, shapes, metadata(model))
    if decoder is not None:
        return GuessedOutputs("detect", decoder=decoder)
    floats = [each for each in outputs if each.dtype.startswith("float")]
    if len(floats) == 1 and _is_row(shapes.get(floats[0].name, ())):
        return GuessedOutputs("classify", floats[0].name, _activation(floats[0].name, model))
    return GuessedOutputs("other")


def guess_decoder(
    outputs: Sequence[TensorInfo], shapes: Mapping[str, tuple[int, ...]], facts: Mapping[str, str]
) -> DecoderName | None:
    """Return how the outputs of a detector are read; None for anything that does not look like one.

    Args:
        outputs: As the network declares them.
        shapes: Of their first answers.
        facts: What the exporter wrote into the file; Ultralytics' names the task.
    """
    found = [shapes.get(each.name, ()) for each in outputs]
    if sorted(map(len, found)) == SSD_RANKS:
        return "ssd"
    if len(found) == 2 and _are_boxes_and_logits([each.name.lower() for each in outputs]):
        return "detr"
    if len(found) == 1 and len(found[0]) == 3 and facts.get("task", "detect") == "detect":
        return _decoder_of_rows(*found[0][1:])
    return None


def _are_boxes_and_logits(names: list[str]) -> bool:
    return any("box" in name for name in names) and any("logit" in name for name in names)


def _decoder_of_rows(rows: int, columns: int) -> DecoderName | None:
    """Return the decoder of one table of boxes; None where it is none."""
    if columns == END_TO_END_COLUMNS and rows <= MOST_END_TO_END_ROWS:
        return "end-to-end"
    if max(rows, columns) < LEAST_BOXES or min(rows, columns) <= 4:
        return None
    return "yolo-transposed" if rows < columns else "yolo"


def metadata(model: onnx.ModelProto) -> dict[str, str]:
    """Return what the exporter wrote into the file."""
    return {entry.key: entry.value for entry in model.metadata_props}


def labels_in(model: onnx.ModelProto) -> tuple[str, ...]:
    """Return the names of classes that the exporter wrote into the file, as Ultralytics does; empty if none."""
    try:
        names = ast.literal_eval(metadata(model).get("names", ""))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(names, dict) and sorted(names) == list(range(len(names))):
        return tuple(str(names[place]) for place in range(len(names)))
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()


def _layout(shape: tuple[Dimension, ...], source: TensorInfo, stated: Fields) -> str:
    told = [layout for layout, axis in (("nchw", 1), ("nhwc", 3)) if shape[axis] in CHANNELS]
    if len(told) == 1:
        return told[0]
    fixed = [size for size in shape[1:] if isinstance(size, int)]
    if len(fixed) == PICTURE_RANK - 1 and not told:
        raise ModelError(
            f"input {source} is not a picture: none of its dimensions is that of 3 or 1 channels"
        )
    if "layout" in stated:
        return str(stated["layout"])
    raise ModelError(
        f"input {source} does not tell where its channels are; say so: --input 'nchw rgb 224x224 0..1', or nhwc"
    )


def _is_row(shape: tuple[int, ...]) -> bool:
    """Whether an output is one row of two or more values per picture."""
    return sum(size > 1 for size in shape[1:]) == 1


def _activation(output: str, model: onnx.ModelProto) -> Activation:
    """Return what an output lacks to be probabilities, from the layer that computes it."""
    producers = {name: node for node in model.graph.node for name in node.output}
    node = producers.get(output)
    while node is not None and node.op_type in {
        *PASSING_OPERATORS,
        "Reshape",
        "Flatten",
        "Squeeze",
        "DequantizeLinear",
    }:
        node = producers.get(node.input[0])
    if node is not None and node.op_type in ("Softmax", "Sigmoid", "QLinearSoftmax"):
        return "none"
    return "softmax"


def _scales_itself(source: str, model: onnx.ModelProto) -> bool:
    """Whether the network begins by shifting or dividing pixel values, as Keras' rescaling layers do."""
    value = source
    for _ in range(MOST_SEARCHED):
        node = next((each for each in model.graph.node if value in each.input), None)
        if node is not None and node.op_type in SCALING_OPERATORS:
            return any(map(_is_for_pixels, _constants_of(node, model)))
        if node is None or node.op_type not in PASSING_OPERATORS:
            return False
        value = node.output[0]
    return False


def _constants_of(node: onnx.NodeProto, model: onnx.ModelProto) -> list[Array]:
    return [numpy_helper.to_array(each) for each in model.graph.initializer if each.name in node.input]


def _is_for_pixels(factors: Array) -> bool:
    """Whether factors or summands, one or one per channel, are of the size that levels from 0 to 255 take."""
    sizes = abs(factors)
    return factors.size <= 4 and bool((sizes > 50).any() or (sizes < 0.02).all())
