"""Converts `.tflite` to ONNX: read, lower operator by operator, name the outputs, rewrite for speed."""

import math
from collections.abc import Collection, Mapping, Sequence

import onnx

from arpipe.errors import WeightsError
from arpipe.io.guard import guarded
from arpipe.weights.convert import crops, passes, tflite_reader
from arpipe.weights.convert.branches import merge_branches
from arpipe.weights.convert.custom_operators import CUSTOM_OPERATORS
from arpipe.weights.convert.graph import Graph, to_onnx
from arpipe.weights.convert.lowering import IMAGE_RANK, NCHW_FROM_NHWC, Lowering
from arpipe.weights.convert.operators import BUILTIN_OPERATORS
from arpipe.weights.convert.tflite_reader import TfliteModel

INPUT_NAMES = ("input",)  # of a network that takes one image

OutputShapes = Mapping[str, tuple[int, ...]]
"""Output name → shape of one sample, in the order of the source's outputs."""


def convert(
    content: bytes,
    outputs: OutputShapes,
    name: str = "network",
    version: str = "",
    kept: Collection[str] = (),
    inputs: Sequence[str] = INPUT_NAMES,
) -> onnx.ModelProto:
    """Convert a model.

    Args:
        content: The `.tflite` file.
        outputs: Names and per-sample shapes to give to the outputs, in the source's order.
        name: Name of the graph.
        version: Producer version to write into the model.
        kept: Outputs to keep, all if empty; nodes that only the others need are removed.
        inputs: Names to give to the inputs, in the source's order. Inputs that no node reads are removed.

    Returns:
        A checked model: each input and output is (n, *shape) float32; an image is (n, h, w, 3).

    Raises:
        WeightsError: The file is damaged, an operator is unknown, or the outputs do not match.
    """
    with guarded(WeightsError, f"{name}: the model is damaged", "fetch it again"):
        graph = lower(tflite_reader.read(content), outputs, inputs)
        graph.outputs = {key: shape for key, shape in graph.outputs.items() if not kept or key in kept}
        graph.prune()
        graph.inputs = {key: shape for key, shape in graph.inputs.items() if graph.consumers(key)}
        passes.merge_duplicates(graph)
        crops.expand(graph)
        merge_branches(graph)
        passes.optimise(graph)
        return to_onnx(graph, name, version)


def convert_plainly(
    content: bytes, outputs: OutputShapes, name: str = "network", inputs: Sequence[str] = INPUT_NAMES
) -> onnx.ModelProto:
    """Convert without the rewrites for speed, as a reference for testing them."""
    graph = lower(tflite_reader.read(content), outputs, inputs)
    crops.expand(graph)
    return to_onnx(graph, name)


def lower(model: TfliteModel, outputs: OutputShapes, inputs: Sequence[str] = INPUT_NAMES) -> Graph:
    """Translate every operator; the crops of the attention mesh stay nodes of private kinds, see `crops`."""
    lowering = Lowering()
    _name_inputs(lowering, model, inputs)
    for operator in model.operators:
        function = BUILTIN_OPERATORS.get(operator.kind) or CUSTOM_OPERATORS.get(operator.kind)
        if function is None:
            known = ", ".join(sorted({*BUILTIN_OPERATORS, *CUSTOM_OPERATORS}))
            raise WeightsError(f"operator {operator.kind} cannot be converted; supported are: {known}")
        value = function(lowering, operator)
        if value is not None:
            lowering.bind(operator.outputs[0], value)
    _name_outputs(lowering, model, outputs)
    return lowering.graph


def _name_inputs(lowering: Lowering, model: TfliteModel, inputs: Sequence[str]) -> None:
    if len(model.inputs) != len(inputs):
        shapes = [tensor.shape for tensor in model.inputs]
        raise WeightsError(f"model has inputs of shapes {shapes}, {len(inputs)} names were given")
    for tensor, name in zip(model.inputs, inputs, strict=True):
        lowering.graph.inputs[name] = tensor.shape
        is_image = len(tensor.shape) == IMAGE_RANK
        lowering.bind(
            tensor, lowering.graph.add("Transpose", [name], perm=NCHW_FROM_NHWC) if is_image else name
        )


def _name_outputs(lowering: Lowering, model: TfliteModel, outputs: OutputShapes) -> None:
    if len(model.outputs) != len(outputs):
        raise WeightsError(f"model has {len(model.outputs)} outputs, {len(outputs)} names were given")
    for tensor, (name, shape) in zip(model.outputs, outputs.items(), strict=True):
        if math.prod(tensor.shape) != math.prod(shape):
            raise WeightsError(f"output {name!r}: expected shape {shape}, the model has {tensor.shape}")
        reshaped = lowering.reshape(lowering.nhwc_value(tensor), (1, *shape))
        node = lowering.graph.producer(reshaped)
        if node is not None:
            node.outputs[0] = name
        lowering.graph.outputs[name] = (1, *shape)
