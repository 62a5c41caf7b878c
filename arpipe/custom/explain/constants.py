"""Follows values of a graph back to what computes them, and reads the constants on the way."""

import numpy as np
import onnx
from onnx import numpy_helper

from arpipe.inference.tensor_session import Array

NEUTRAL = frozenset(
    {"Softmax", "LogSoftmax", "Identity", "Dropout", "Cast", "QuantizeLinear", "DequantizeLinear"}
    | {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}
)
"""Operators that change nothing but shape, type or scale."""


class Walk:
    """The nodes and constants of a graph by the values that they give.

    Args:
        model: The model.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        self._producers = {name: node for node in model.graph.node for name in node.output}
        self._weights = {tensor.name: tensor for tensor in model.graph.initializer}

    def back(self, value: str) -> onnx.NodeProto | None:
        """Return the node behind a value, past those that are neutral; None for an input or a constant."""
        node = self._producers.get(value)
        while node is not None and node.op_type in NEUTRAL:
            node = self._producers.get(node.input[0])
        return node

    def constant(self, value: str) -> Array | None:
        """Return a weight, also one that is stored in 8 bits; None if the value is computed."""
        if value in self._weights:
            return np.asarray(numpy_helper.to_array(self._weights[value]))
        node = self._producers.get(value)
        if node is None:
            return None
        if node.op_type == "Constant":
            values = [numpy_helper.to_array(each.t) for each in node.attribute if each.name == "value"]
            return np.asarray(values[0]) if values else None
        operands = [found for name in node.input if (found := self.constant(name)) is not None]
        return _computed(node, operands) if len(operands) == len(node.input) else None

    def split_sum(self, node: onnx.NodeProto) -> tuple[Array | None, str]:
        """Return the constant of a sum, None if both operands are computed, and the name of the other operand."""
        first, second = node.input
        found = self.constant(second)
        return (found, first) if found is not None else (self.constant(first), second)


def integers(node: onnx.NodeProto, name: str) -> tuple[int, ...]:
    """Return an attribute that is a list of integers; empty if the node has none."""
    return next((tuple(each.ints) for each in node.attribute if each.name == name), ())


def _computed(node: onnx.NodeProto, operands: list[Array]) -> Array | None:
    """Return what a node makes of constants; None for nodes that exporters do not put behind weights."""
    if node.op_type == "Identity":
        return operands[0]
    if node.op_type == "Transpose":
        return operands[0].transpose(integers(node, "perm") or None)
    return _dequantised(node, operands) if node.op_type == "DequantizeLinear" else None


def _dequantised(node: onnx.NodeProto, operands: list[Array]) -> Array:
    values, scale, *rest = operands
    zero = rest[0] if rest else np.zeros((), np.float32)
    axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
    spread = [-1 if place == axis % max(values.ndim, 1) else 1 for place in range(values.ndim)]
    scale, zero = (part.reshape(spread) if part.size > 1 else part for part in (scale, zero))
    return np.asarray((values.astype(np.float32) - zero.astype(np.float32)) * scale)
