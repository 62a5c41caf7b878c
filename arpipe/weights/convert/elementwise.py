"""Converts TFLite's operators that compute number by number or reduce along axes."""

import numpy as np
import tflite

from arpipe.errors import WeightsError
from arpipe.weights.convert.lowering import (
    IMAGE_RANK,
    Lowering,
    OperatorFunction,
    nchw_axis,
    operand,
    option_table,
)
from arpipe.weights.convert.tflite_reader import Operator

RELU6_LIMIT = 6.0


def activate(lowering: Lowering, value: str, operator: Operator) -> str:
    """Append the operator's fused activation; without an option table it has none."""
    activation = operator.options.FusedActivationFunction() if operator.options is not None else 0
    if activation == tflite.ActivationFunctionType.NONE:
        return value
    if activation == tflite.ActivationFunctionType.RELU:
        return lowering.graph.add("Relu", [value])
    if activation == tflite.ActivationFunctionType.RELU6:
        low = lowering.graph.constant(np.float32(0.0))
        high = lowering.graph.constant(np.float32(RELU6_LIMIT))
        return lowering.graph.add("Clip", [value, low, high])
    raise WeightsError(f"{operator.kind}: fused activation {activation} is not supported")


def _unary(kind: str) -> OperatorFunction:
    def append(lowering: Lowering, operator: Operator) -> str:
        return lowering.graph.add(kind, [lowering.value(operand(operator, 0))])

    return append


def _operands(lowering: Lowering, operator: Operator) -> list[str]:
    """Return the names of two operands that broadcast to the output."""
    rank = len(operator.outputs[0].shape)
    return [lowering.value(operand(operator, i), rank) for i in range(2)]


def _binary(kind: str) -> OperatorFunction:
    def append(lowering: Lowering, operator: Operator) -> str:
        return activate(lowering, lowering.graph.add(kind, _operands(lowering, operator)), operator)

    return append


def _maximum(lowering: Lowering, operator: Operator) -> str:
    return lowering.graph.add("Max", _operands(lowering, operator))


def _squared_difference(lowering: Lowering, operator: Operator) -> str:
    difference = lowering.graph.add("Sub", _operands(lowering, operator))
    return lowering.graph.add("Mul", [difference, difference])


def _reciprocal_root(lowering: Lowering, operator: Operator) -> str:
    root = lowering.graph.add("Sqrt", [lowering.value(operand(operator, 0))])
    return lowering.graph.add("Reciprocal", [root])


def _hard_swish(lowering: Lowering, operator: Operator) -> str:
    """Append x · relu6(x + 3) / 6, which is x · HardSigmoid with slope 1/6."""
    value = lowering.value(operand(operator, 0))
    gate = lowering.graph.add("HardSigmoid", [value], alpha=1.0 / 6.0, beta=0.5)
    return lowering.graph.add("Mul", [value, gate])


def _prelu(lowering: Lowering, operator: Operator) -> str:
    """Append a leaky ReLU with one slope per channel."""
    slope = lowering.array(operand(operator, 1))
    channels = operand(operator, 0).shape[-1]
    if len(operand(operator, 0).shape) != IMAGE_RANK or slope.size != channels:
        raise WeightsError(f"PRELU: slope of shape {slope.shape} is not one per channel ({channels})")
    inputs = [
        lowering.value(operand(operator, 0)),
        lowering.graph.constant(slope.reshape(channels, 1, 1), "slope"),
    ]
    return lowering.graph.add("PRelu", inputs)


def _softmax(lowering: Lowering, operator: Operator) -> str:
    """Append a softmax over the last axis."""
    source, beta = operand(operator, 0), option_table(operator).Beta()
    if beta != 1.0:
        raise WeightsError(f"SOFTMAX with beta {beta} is not supported, only 1")
    return lowering.graph.add("Softmax", [lowering.value(source)], axis=nchw_axis(-1, len(source.shape)))


def _reduction(kind: str) -> OperatorFunction:
    """Return a function that appends a reduction along any axes but that of the batch."""

    def append(lowering: Lowering, operator: Operator) -> str:
        source = operand(operator, 0)
        rank = len(source.shape)
        axes = sorted(int(axis) % rank for axis in np.atleast_1d(lowering.array(operand(operator, 1))))
        if axes[0] == 0:
            raise WeightsError(
                f"{operator.kind} over the batch (axes {axes} of {source.shape}) is not supported"
            )
        keeps = bool(option_table(operator).KeepDims())
        if keeps:
            value, axes = lowering.value(source), sorted(nchw_axis(axis, rank) for axis in axes)
        else:  # fewer axes remain than an image has, so their order is TFLite's
            value = lowering.nhwc_value(source)
        if kind == "ReduceSum":  # the only one whose axes are an input in this opset
            inputs = [value, lowering.graph.constant(np.array(axes, np.int64), "axes")]
            return lowering.graph.add(kind, inputs, keepdims=int(keeps))
        return lowering.graph.add(kind, [value], axes=axes, keepdims=int(keeps))

    return append


_mean_along_axes = _reduction("ReduceMean")


def _mean(lowering: Lowering, operator: Operator) -> str | None:
    """Append a mean; over height and width of an image it is a pooling, which the kernels are fast at."""
    image = operand(operator, 0)
    axes = sorted(int(axis) for axis in np.atleast_1d(lowering.array(operand(operator, 1))))
    if len(image.shape) != IMAGE_RANK or axes != [1, 2]:
        return _mean_along_axes(lowering, operator)
    value = lowering.graph.add("GlobalAveragePool", [lowering.value(image)])
    target = operator.outputs[0].shape
    return value if len(target) == IMAGE_RANK else lowering.reshape(value, target)


ELEMENTWISE_OPERATORS: dict[str, OperatorFunction] = {
    "ADD": _binary("Add"),
    "DIV": _binary("Div"),
    "HARD_SWISH": _hard_swish,
    "LOGISTIC": _unary("Sigmoid"),
    "MAXIMUM": _maximum,
    "MEAN": _mean,
    "MUL": _binary("Mul"),
    "NEG": _unary("Neg"),
    "PRELU": _prelu,
    "REDUCE_MAX": _reduction("ReduceMax"),
    "REDUCE_MIN": _reduction("ReduceMin"),
    "RELU": _unary("Relu"),
    "RSQRT": _reciprocal_root,
    "SOFTMAX": _softmax,
    "SQRT": _unary("Sqrt"),
    "SQUARED_DIFFERENCE": _squared_difference,
    "SUB": _binary("Sub"),
    "SUM": _reduction("ReduceSum"),
}
"""TFLite's name → function."""
