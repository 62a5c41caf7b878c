"""What is inside a network: its layers with their shapes, parameters and multiply-adds."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import onnx

from arpipe.custom.inner import value_shapes
from arpipe.inference.layer_times import OperatorTime

LAYOUT_SUFFIX = "_nchwc"  # of operators that ONNX Runtime has moved to the layout of its CPU kernels
MOST_JOINED = 4  # layers in one operator
LAYOUT_CHANGES = ("Reorder", "reorder")

Shape = tuple[int, ...]
"""Shape of a value for one picture; 0 for a size that is not known."""


@dataclass(frozen=True, slots=True)
class NetworkLayer:
    """One operator of a network.

    Attributes:
        name: By which `at` and `cut` find it: that of its first output.
        kind: Operator.
        source: Name of its first input.
        shape: Of its first output, for one picture.
        parameters: Number of weights.
        multiply_adds: Multiplications with an addition, for one picture.
        time_ms: Its share of a run; None where it was not measured, or was joined with another layer.
    """

    name: str
    kind: str
    source: str
    shape: Shape
    parameters: int
    multiply_adds: int
    time_ms: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """All layers of a network, in order.

    Attributes:
        layers: The layers.
        other_ms: Time of operators that belong to no layer, such as changes of layout; None if nothing was measured.
    """

    layers: tuple[NetworkLayer, ...]
    other_ms: float | None = None

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition, for one picture."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def time_ms(self) -> float | None:
        """Time of one run of all operators; None if nothing was measured."""
        if self.other_ms is None:
            return None
        return self.other_ms + sum(layer.time_ms or 0.0 for layer in self.layers)


def summarise(model: onnx.ModelProto, input_shape: Shape) -> NetworkSummary:
    """List the layers of a model; constants are no layers.

    Args:
        model: The model.
        input_shape: Of one picture, with a batch of 1 in front.
    """
    shapes = value_shapes(model, input_shape)
    sizes = _weight_shapes(model)
    known = {**shapes, **sizes}
    counted: set[str] = set()
    layers = []
    for node in model.graph.node:
        if node.op_type == "Constant":
            continue
        weights = [name for name in node.input if name in sizes and name not in counted]
        counted.update(weights)
        layers.append(
            NetworkLayer(
                name=node.output[0],
                kind=node.op_type,
                source=node.input[0] if node.input else "",
                shape=shapes.get(node.output[0], ()),
                parameters=sum(math.prod(sizes[name]) for name in weights if _is_weight(node, name)),
                multiply_adds=_multiply_adds(node, known),
            )
        )
    return NetworkSummary(tuple(layers))


def _weight_shapes(model: onnx.ModelProto) -> dict[str, Shape]:
    """Return the shapes of all weights by name: initializers and constants."""
    sizes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    return sizes | {name: tuple(tensor.dims) for name, tensor in _constants(model)}


def with_times(summary: NetworkSummary, measured: Sequence[OperatorTime]) -> NetworkSummary:
    """Return the summary with the time of every layer that can be found among the operators of a `named` copy.

    ONNX Runtime joins layers, such as a convolution with its activation, under the name of the last one; the time goes
    to the one of the operator's kind.
    """
    known = {layer.name: layer for layer in summary.layers}
    names = sorted(known, key=len, reverse=True)
    times: dict[str, float] = {}
    other_ms = 0.0
    for operator in measured:
        name = _layer_of(operator.name, names)
        if name is None:
            other_ms += operator.time_ms
        else:
            owner = _first_joined(known[name], operator.kind, known).name
            times[owner] = times.get(owner, 0.0) + operator.time_ms
    layers = tuple(replace(layer, time_ms=times.get(layer.name)) for layer in summary.layers)
    return NetworkSummary(layers, other_ms)


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy whose nodes are called as their layers, so that measured operators can be told apart."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for node in copy.graph.node:
        node.name = node.output[0]
    return copy


def _layer_of(operator: str, names: Sequence[str]) -> str | None:
    """Return the layer that an operator is called after; the names are given longest first."""
    bare = operator.removesuffix(LAYOUT_SUFFIX)
    if bare in names:
        return bare
    if operator.startswith(LAYOUT_CHANGES):
        return None
    return next((name for name in names if name in operator), None)


def _first_joined(last: NetworkLayer, kind: str, known: Mapping[str, NetworkLayer]) -> NetworkLayer:
    """Return the layer of a kind among those that were joined up to a last one; the last one if there is none."""
    layer: NetworkLayer | None = last
    for _ in range(MOST_JOINED):
        if layer is None or layer.kind == kind:
            break
        layer = known.get(layer.source)
    return layer if layer is not None and layer.kind == kind else last


def _constants(model: onnx.ModelProto) -> Iterator[tuple[str, onnx.TensorProto]]:
    for node in model.graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    yield node.output[0], attribute.t


QUANTISED_KERNELS = 3  # place of the kernels among the inputs of QLinearConv

_SETTINGS = {
    "Reshape": 1,
    "Clip": 1,
    "Pad": 1,
    "Slice": 1,
    "Resize": 1,
    "Squeeze": 1,
    "Unsqueeze": 1,
    "Expand": 1,
}
"""Operators whose inputs from a place on are settings and not weights."""


def _is_weight(node: onnx.NodeProto, name: str) -> bool:
    return list(node.input).index(name) < _SETTINGS.get(node.op_type, len(node.input))


def _conv(node: onnx.NodeProto, shapes: Mapping[str, Shape]) -> int:
    kernels = shapes.get(node.input[QUANTISED_KERNELS if node.op_type == "QLinearConv" else 1], ())
    return _per_position(shapes.get(node.output[0], ()), kernels)


def _conv_transpose(node: onnx.NodeProto, shapes: Mapping[str, Shape]) -> int:
    return _per_position(shapes.get(node.input[0], ()), shapes.get(node.input[1], ()))


def _per_position(values: Shape, kernels: Shape) -> int:
    """Count a kernel's multiplications at every value; 0 if either shape is not known."""
    return math.prod(values) * math.prod(kernels[1:]) if kernels and values else 0


def _product(node: onnx.NodeProto, shapes: Mapping[str, Shape]) -> int:
    left, result = shapes.get(node.input[0], ()), shapes.get(node.output[0], ())
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return math.prod(result) * left[0 if transposed else -1] if left and result else 0


_COUNTED: dict[str, Callable[[onnx.NodeProto, Mapping[str, Shape]], int]] = {
    "Conv": _conv,
    "ConvInteger": _conv,
    "QLinearConv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _product,
    "MatMul": _product,
    "MatMulInteger": _product,
}


def _multiply_adds(node: onnx.NodeProto, shapes: Mapping[str, Shape]) -> int:
    count = _COUNTED.get(node.op_type)
    return count(node, shapes) if count else 0
