"""Recognises networks that end in global average pooling and one matrix.

There, Grad-CAM (R. R. Selvaraju et al., ICCV 2017) at the last feature map needs no gradient: the derivative of a class
by a channel is its weight in the matrix, the same at every place.
"""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from arpipe.inference.tensor_session import Array
from arpipe.types import Points

NEUTRAL = frozenset(
    {"Softmax", "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Cast", "DequantizeLinear"}
)
NEUTRAL |= {"QuantizeLinear", "LogSoftmax", "Unsqueeze"}
SPATIAL_AXES: dict[tuple[int, ...], bool] = {
    (2, 3): False,
    (1, 2): True,
}  # of NCHW and NHWC; negative axes are counted from the end before
RANK = 4


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """The end of a network.

    Attributes:
        features: Name of the value that is pooled.
        weights: (classes, channels) float32.
        bias: (classes,) float32.
        channels_last: Whether the features are (n, h, w, channels) and not (n, channels, h, w).
    """

    features: str
    weights: Array
    bias: Array
    channels_last: bool

    def class_map(self, features: Array, index: int) -> Points:
        """Return (h, w): how much each place adds to the logit of a class; its mean is the logit without its bias.

        Args:
            features: Of one picture, in the network's layout.
            index: The class.
        """
        return weighted_map(features, self.weights[index], self.channels_last)


def weighted_map(features: Array, weights: Array, channels_last: bool = False) -> Points:
    """Return (h, w): the features of one picture, weighted by channel and summed.

    With the weights of a linear classifier on the pooled features, as for a few classes of one's own, this is its
    Grad-CAM.
    """
    return np.asarray(np.tensordot(weights, features, axes=(0, 2 if channels_last else 0)), np.float32)


def find_ending(model: onnx.ModelProto, output: str) -> Ending | None:
    """Return the end of a network; None if it does not end in global average pooling and one matrix.

    Args:
        model: The model.
        output: Its output with the scores of classes.
    """
    walk = _Walk(model)
    bias: Array | None = None
    node = walk.back(output)
    if node is not None and node.op_type == "Add":
        bias, output = walk.operands(node)
        node = walk.back(output) if bias is not None else None
    if node is None or node.op_type not in ("Gemm", "MatMul", "Conv"):
        return None
    weights = walk.matrix(node)
    pool = walk.back(node.input[0])
    channels_last = walk.pooled_layout(pool)
    if weights is None or pool is None or channels_last is None:
        return None
    if bias is None and len(node.input) > 2:
        bias = walk.constant(node.input[2])
    values = np.zeros(len(weights), np.float32) if bias is None else bias.reshape(-1).astype(np.float32)
    return Ending(pool.input[0], weights, np.broadcast_to(values, (len(weights),)), channels_last)


class _Walk:
    """Follows values back to what computes them."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._producers = {name: node for node in model.graph.node for name in node.output}
        self._weights = {tensor.name: tensor for tensor in model.graph.initializer}

    def back(self, value: str) -> onnx.NodeProto | None:
        """Return the node behind a value, past those that change nothing but shape, type or scale."""
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
            found = [numpy_helper.to_array(each.t) for each in node.attribute if each.name == "value"]
            return np.asarray(found[0]) if found else None
        if node.op_type in ("Identity", "Transpose") and self.constant(node.input[0]) is not None:
            inner = np.asarray(self.constant(node.input[0]))
            return inner.transpose(_ints(node, "perm") or None) if node.op_type == "Transpose" else inner
        if node.op_type == "DequantizeLinear":
            return self._dequantised(node)
        return None

    def operands(self, node: onnx.NodeProto) -> tuple[Array | None, str]:
        """Return the constant of a sum, None if both are computed, and the name of the other operand."""
        first, second = node.input
        found = self.constant(second)
        return (found, first) if found is not None else (self.constant(first), second)

    def matrix(self, node: onnx.NodeProto) -> Array | None:
        """Return the weights of a matrix product, or of a 1×1 convolution, as (classes, channels)."""
        weights = self.constant(node.input[1])
        if weights is None:
            return None
        if node.op_type == "Conv":
            is_matrix = weights.ndim == RANK and weights.shape[2:] == (1, 1)
            return weights[:, :, 0, 0].astype(np.float32) if is_matrix else None
        if weights.ndim != 2:
            return None
        transposed = any(each.name == "transB" and each.i for each in node.attribute)
        gain = next((each.f for each in node.attribute if each.name == "alpha"), 1.0)
        return np.asarray((weights if transposed else weights.T) * np.float32(gain), np.float32)

    def pooled_layout(self, node: onnx.NodeProto | None) -> bool | None:
        """Return whether a global average pooling is over channels-last features; None if it is none."""
        if node is None:
            return None
        if node.op_type == "GlobalAveragePool":
            return False
        if node.op_type != "ReduceMean":
            return None
        axes = _ints(node, "axes")
        if not axes and len(node.input) > 1:
            given = self.constant(node.input[1])
            axes = () if given is None else tuple(int(axis) for axis in given.ravel())
        return SPATIAL_AXES.get(tuple(sorted(axis % RANK for axis in axes)))

    def _dequantised(self, node: onnx.NodeProto) -> Array | None:
        parts = [self.constant(name) for name in node.input]
        if parts[0] is None or parts[1] is None:
            return None
        zero = parts[2] if len(parts) > 2 and parts[2] is not None else np.zeros((), np.float32)
        axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
        spread = [-1 if place == axis else 1 for place in range(parts[0].ndim)]
        scale, shift = (part.reshape(spread) if part.size > 1 else part for part in (parts[1], zero))
        return np.asarray((parts[0].astype(np.float32) - shift.astype(np.float32)) * scale)


def _ints(node: onnx.NodeProto, name: str) -> tuple[int, ...]:
    return next((tuple(each.ints) for each in node.attribute if each.name == name), ())
