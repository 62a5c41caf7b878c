"""Values inside a network: their shapes, finding one by name, and making it an output."""

from collections.abc import Iterable

import onnx
from onnx import shape_inference

from arpipe.errors import ModelError
from arpipe.io.guard import guarded
from arpipe.spelling import nearest


def value_shapes(
    model: onnx.ModelProto, input_shape: tuple[int, ...] | None = None
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all values that can be known before a run; 0 for a free size.

    Args:
        model: The model.
        input_shape: Of its input, the batch included; by default as it declares it.

    Raises:
        ModelError: The shapes of the model contradict each other.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    if input_shape is not None:
        _set_input(copy, input_shape)
    graph = with_shapes(copy).graph
    return {
        info.name: tuple(max(size.dim_value, 0) for size in info.type.tensor_type.shape.dim)
        for info in (*graph.input, *graph.value_info, *graph.output)
        if info.type.tensor_type.HasField("shape")
    }


def with_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy that states the type and shape of every value for which they can be known before a run.

    Raises:
        ModelError: The shapes of the model contradict each other.
    """
    with guarded(ModelError, f"{model.graph.name}: its shapes do not fit", "export it again"):
        return shape_inference.infer_shapes(model, data_prop=True)


def real_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Return the inputs that are no weights; older files list those, too."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [entry for entry in model.graph.input if entry.name not in weights]


def batch_size(model: onnx.ModelProto) -> int:
    """Return how many pictures a network takes at once: 1, unless its file fixes another number."""
    (entry,) = real_inputs(model)
    sizes = entry.type.tensor_type.shape.dim
    return max(sizes[0].dim_value, 1) if sizes else 1


def find_value(model: onnx.ModelProto, layer: str) -> str:
    """Return the name of the value that a user means: that of an output of a layer, or of the layer itself.

    Raises:
        ModelError: There is none; the message has the nearest name.
    """
    values = {name for node in model.graph.node if node.op_type != "Constant" for name in node.output if name}
    if layer in values:
        return layer
    nodes: dict[str, str] = {node.name: node.output[0] for node in model.graph.node if node.name}
    if layer in nodes:
        return nodes[layer]
    raise ModelError(
        f"there is no layer {layer!r}{nearest(layer, [*values, *nodes])} (to list them: arpipe model summary)"
    )


def with_outputs(model: onnx.ModelProto, values: Iterable[str], keep: bool = True) -> onnx.ModelProto:
    """Return a copy that also answers with inner values.

    Args:
        model: The model.
        values: Their names, as `find_value` gives them.
        keep: Keep the model's own outputs; else nothing is computed that the values do not need.
    """
    graph = with_shapes(model).graph
    kinds = {info.name: info for info in (*graph.input, *graph.value_info, *graph.output)}
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {output.name: output for output in model.graph.output}
    if not keep:
        del copy.graph.output[:]
    for name in values:
        if not keep and name in present:
            copy.graph.output.append(present[name])
        elif name not in present:
            copy.graph.output.append(kinds.get(name) or onnx.ValueInfoProto(name=name))
    return copy


def _set_input(model: onnx.ModelProto, shape: tuple[int, ...]) -> None:
    """Fix the shape of the only input; other values lose what was known of them."""
    for entry in real_inputs(model):
        for size, wanted in zip(entry.type.tensor_type.shape.dim, shape, strict=False):
            size.dim_value = wanted
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
