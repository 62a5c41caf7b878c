"""Converts TFLite's operators on images and arrangements of numbers to ONNX nodes, and lists all builtin operators.

Only the operators of MediaPipe's networks are supported; any other is refused by name, never approximated.
"""

import numpy as np
import tflite
from numpy.typing import NDArray

from arpipe.errors import WeightsError
from arpipe.weights.convert.elementwise import ELEMENTWISE_OPERATORS, activate
from arpipe.weights.convert.lowering import (
    IMAGE_RANK,
    NCHW_FROM_NHWC,
    Lowering,
    OperatorFunction,
    nchw_axis,
    operand,
    option_table,
    same_padding,
)
from arpipe.weights.convert.sparsity import densify
from arpipe.weights.convert.tflite_reader import Operator, OptionReader, Tensor
from arpipe.weights.convert.upsampling import UPSAMPLING_OPERATORS

IntArray = NDArray[np.int64]


def _window(options: OptionReader, image: Tensor, kernel: tuple[int, int]) -> dict[str, list[int]]:
    """Return ONNX attributes kernel_shape, strides and pads of a sliding window over an NHWC image."""
    strides = (options.StrideH(), options.StrideW())
    pads = [(0, 0), (0, 0)]
    if options.Padding() == tflite.Padding.SAME:
        pads = [same_padding(*axis) for axis in zip(image.shape[1:3], kernel, strides, strict=True)]
    return {
        "kernel_shape": list(kernel),
        "strides": list(strides),
        "pads": [pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
    }


def _linear_inputs(lowering: Lowering, operator: Operator, value: str, weights: np.ndarray) -> list[str]:
    """Return the names of a value, of its weights and, where the operator has one, of the bias."""
    inputs = [value, lowering.graph.constant(weights, "weights")]
    if len(operator.inputs) > 2 and operator.inputs[2] is not None:
        inputs.append(lowering.graph.constant(lowering.array(operator.inputs[2]), "bias"))
    return inputs


def _convolution(lowering: Lowering, operator: Operator, weights: np.ndarray, group: int) -> str:
    """Append a convolution; `weights` are OIHW."""
    options = option_table(operator)
    if options.DilationHFactor() != 1 or options.DilationWFactor() != 1:
        raise WeightsError(f"{operator.kind} with dilation is not supported")
    inputs = _linear_inputs(lowering, operator, lowering.value(operand(operator, 0)), weights)
    kernel = (weights.shape[2], weights.shape[3])
    value = lowering.graph.add("Conv", inputs, group=group, **_window(options, operand(operator, 0), kernel))
    return activate(lowering, value, operator)


def conv_2d(lowering: Lowering, operator: Operator) -> str:
    """Append a dense convolution; weights are OHWI."""
    weights = lowering.array(operand(operator, 1))  # (out, h, w, in)
    return _convolution(lowering, operator, weights.transpose(NCHW_FROM_NHWC), group=1)


def depthwise_conv_2d(lowering: Lowering, operator: Operator) -> str:
    """Append a convolution with one or more kernels per channel; weights are 1HWO."""
    weights = lowering.array(operand(operator, 1))  # (1, h, w, in · multiplier)
    channels = operand(operator, 0).shape[3]
    return _convolution(lowering, operator, weights.transpose(3, 0, 1, 2), group=channels)


def fully_connected(lowering: Lowering, operator: Operator) -> str:
    """Append a matrix product over the flattened input; weights are (out, in)."""
    weights = lowering.array(operand(operator, 1))  # (out, in)
    value = lowering.nhwc_value(operand(operator, 0))
    if len(operand(operator, 0).shape) != 2:
        value = lowering.reshape(value, (1, weights.shape[1]))
    inputs = _linear_inputs(lowering, operator, value, weights)
    value = activate(lowering, lowering.graph.add("Gemm", inputs, transB=1), operator)
    shape = operator.outputs[0].shape
    return value if len(shape) == 2 else lowering.reshape(value, shape)


def _pool(kind: str, lowering: Lowering, operator: Operator) -> str:
    options = option_table(operator)
    image = operand(operator, 0)
    kernel = (options.FilterHeight(), options.FilterWidth())
    value = lowering.graph.add(kind, [lowering.value(image)], **_window(options, image, kernel))
    return activate(lowering, value, operator)


def max_pool_2d(lowering: Lowering, operator: Operator) -> str:
    """Append the maximum over a window; padding never wins."""
    return _pool("MaxPool", lowering, operator)


def average_pool_2d(lowering: Lowering, operator: Operator) -> str:
    """Append the mean over a window; padding does not count."""
    options, image = option_table(operator), operand(operator, 0)
    if (options.FilterHeight(), options.FilterWidth()) == image.shape[1:3]:
        value = lowering.graph.add("GlobalAveragePool", [lowering.value(image)])
        return activate(lowering, value, operator)
    return _pool("AveragePool", lowering, operator)


def pad(lowering: Lowering, operator: Operator) -> str:
    """Append zero padding along any axes."""
    image = operand(operator, 0)
    amounts = lowering.array(operand(operator, 1))  # (rank, 2)
    ordered = np.zeros_like(amounts, np.int64)
    for axis, amount in enumerate(amounts):
        ordered[nchw_axis(axis, len(amounts))] = amount
    pads = lowering.graph.constant(ordered.T.ravel(), "pads")
    return lowering.graph.add("Pad", [lowering.value(image), pads])


def concatenation(lowering: Lowering, operator: Operator) -> str:
    """Append a concatenation along one axis."""
    rank = len(operator.outputs[0].shape)
    tensors = [operand(operator, i) for i in range(len(operator.inputs))]
    computed = [lowering.value(tensor) for tensor in tensors if not lowering.is_constant(tensor)]
    inputs = [
        _repeat(lowering, lowering.value(tensor), computed[0])
        if lowering.is_constant(tensor)
        else lowering.value(tensor)
        for tensor in tensors
    ]
    value = lowering.graph.add("Concat", inputs, axis=nchw_axis(option_table(operator).Axis(), rank))
    return activate(lowering, value, operator)


def _repeat(lowering: Lowering, constant: str, like: str) -> str:
    """Append a repetition of a constant for every sample of a batch."""
    graph = lowering.graph
    ones = graph.constant(np.ones(graph.constants[constant].ndim - 1, np.int64), "shape")
    batch = graph.add("Shape", [like], start=0, end=1)
    return graph.add("Expand", [constant, graph.add("Concat", [batch, ones], axis=0)])


def transpose(lowering: Lowering, operator: Operator) -> str:
    """Append a permutation of the axes, the batch excepted."""
    source = operand(operator, 0)
    rank = len(source.shape)
    order = [int(axis) for axis in lowering.array(operand(operator, 1))]
    if order[0] != 0:
        raise WeightsError(f"TRANSPOSE to axes {order} would move the batch, which is not supported")
    if rank == IMAGE_RANK:
        order = [nchw_axis(order[axis], rank) for axis in NCHW_FROM_NHWC]
    return lowering.graph.add("Transpose", [lowering.value(source)], perm=order)


def gather(lowering: Lowering, operator: Operator) -> str:
    """Append a selection of constant positions along one axis."""
    source, options = operand(operator, 0), option_table(operator)
    indices = lowering.array(operand(operator, 1)).astype(np.int64)
    if options.BatchDims() or indices.ndim != 1:
        raise WeightsError(f"GATHER is supported with a list of positions only, got shape {indices.shape}")
    axis = nchw_axis(options.Axis(), len(source.shape))
    return lowering.graph.add(
        "Gather", [lowering.value(source), lowering.graph.constant(indices, "indices")], axis=axis
    )


def unpack(lowering: Lowering, operator: Operator) -> None:
    """Append a selection of each position along one axis, which goes."""
    source = operand(operator, 0)
    axis = option_table(operator).Axis() % len(source.shape)
    if axis == 0:
        raise WeightsError("UNPACK of a batch is not supported")
    value = lowering.nhwc_value(source)
    gone = lowering.graph.constant(np.array([axis], np.int64), "axes")
    for position, tensor in enumerate(operator.outputs):
        index = lowering.graph.constant(np.array([position], np.int64), "index")
        part = lowering.graph.add("Gather", [value, index], axis=axis)
        part = lowering.graph.add("Squeeze", [part, gone])
        if len(tensor.shape) == IMAGE_RANK:
            part = lowering.graph.add("Transpose", [part], perm=NCHW_FROM_NHWC)
        lowering.bind(tensor, part)


def reshape(lowering: Lowering, operator: Operator) -> str:
    """Append a reshape in TFLite's element order; between images larger than 1×1 that takes a transpose."""
    target = operator.outputs[0].shape
    value = lowering.reshape(lowering.nhwc_value(operand(operator, 0)), target)
    if len(target) != IMAGE_RANK:
        return value
    if target[1:3] == (1, 1):
        return lowering.reshape(value, (target[0], target[3], 1, 1))
    return lowering.graph.add("Transpose", [value], perm=NCHW_FROM_NHWC)


def strided_slice(lowering: Lowering, operator: Operator) -> str:
    """Append a slice, or nothing if it selects the whole tensor or the only sample of a batch, which stays one."""
    source = operand(operator, 0)
    rank = len(source.shape)
    begin, end, step = _slice_bounds(lowering, operator)
    kept = np.flatnonzero((begin != 0) | (end < source.shape) | (step > 1))
    value = lowering.value(source)
    if kept.size == 0:
        return value
    axes = np.array([nchw_axis(axis, rank) for axis in kept.tolist()])
    arrays = (begin[kept], end[kept], axes, step[kept])
    return lowering.graph.add("Slice", [value, *(lowering.graph.constant(a, "slice") for a in arrays)])


def _slice_bounds(lowering: Lowering, operator: Operator) -> tuple[IntArray, IntArray, IntArray]:
    """Return begin, end and step of a slice along every axis, its masks applied."""
    shape = operand(operator, 0).shape
    begin, end, step = (lowering.array(operand(operator, i)).astype(np.int64) for i in (1, 2, 3))
    options = option_table(operator)
    takes_only_sample = options.ShrinkAxisMask() == 1 and shape[0] == 1
    shrinks = options.ShrinkAxisMask() and not takes_only_sample
    if options.EllipsisMask() or options.NewAxisMask() or shrinks or (step < 1).any():
        raise WeightsError("STRIDED_SLICE is supported with begin, end and positive steps only")
    bits = 1 << np.arange(len(shape))
    begin = np.where(options.BeginMask() & bits, 0, begin)
    end = np.where(options.EndMask() & bits, shape, end)
    return begin, end, step


def dequantize(lowering: Lowering, operator: Operator) -> None:
    """Convert float16 weights to float32 now, not at run time."""
    weights = lowering.array(operand(operator, 0))
    if weights.dtype != np.float16:
        raise WeightsError(f"DEQUANTIZE of {weights.dtype} is not supported, only float16 weights")
    lowering.fold(operator.outputs[0], weights.astype(np.float32))


def densify_weights(lowering: Lowering, operator: Operator) -> None:
    """Expand sparse weights now, not at run time."""
    source = operand(operator, 0)
    values = lowering.array(source)
    if source.sparse is None:
        raise WeightsError(f"DENSIFY: tensor {source.name!r} is not sparse")
    lowering.fold(operator.outputs[0], densify(values, source.sparse, source.shape))


BUILTIN_OPERATORS: dict[str, OperatorFunction] = {
    **ELEMENTWISE_OPERATORS,
    **UPSAMPLING_OPERATORS,
    "AVERAGE_POOL_2D": average_pool_2d,
    "CONCATENATION": concatenation,
    "CONV_2D": conv_2d,
    "DENSIFY": densify_weights,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "DEQUANTIZE": dequantize,
    "FULLY_CONNECTED": fully_connected,
    "GATHER": gather,
    "MAX_POOL_2D": max_pool_2d,
    "PAD": pad,
    "RESHAPE": reshape,
    "STRIDED_SLICE": strided_slice,
    "TRANSPOSE": transpose,
    "UNPACK": unpack,
}
