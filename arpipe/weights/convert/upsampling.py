"""Converts TFLite's operators that enlarge images: resizing, transposed convolutions, and channels to pixels."""

from dataclasses import dataclass

import numpy as np
import tflite

from arpipe.errors import WeightsError
from arpipe.weights.convert.elementwise import activate
from arpipe.weights.convert.lowering import Lowering, OperatorFunction, operand, option_table, same_padding
from arpipe.weights.convert.tflite_reader import Operator, Tensor


@dataclass(frozen=True, slots=True)
class TransposedWindow:
    """How a transposed convolution moves over its output.

    Attributes:
        strides: Down and across, px.
        same: Whether the padding is TFLite's SAME; else there is none.
    """

    strides: tuple[int, int]
    same: bool


def _resize(lowering: Lowering, operator: Operator, **attributes: str) -> str:
    source, target = operand(operator, 0).shape, operator.outputs[0].shape
    scales = np.array([1, 1, target[1] / source[1], target[2] / source[2]], np.float32)
    inputs = [lowering.value(operand(operator, 0)), "", lowering.graph.constant(scales, "scales")]
    return lowering.graph.add("Resize", inputs, **attributes)


def resize_bilinear(lowering: Lowering, operator: Operator) -> str:
    """Append a bilinear resize with half-pixel centres."""
    options = option_table(operator)
    if options.AlignCorners() or not options.HalfPixelCenters():
        raise WeightsError("RESIZE_BILINEAR is supported with half-pixel centres only")
    return _resize(lowering, operator, mode="linear", coordinate_transformation_mode="half_pixel")


def resize_nearest_neighbor(lowering: Lowering, operator: Operator) -> str:
    """Append a resize to the nearest pixel, measured between centres or between top-left corners."""
    options = option_table(operator)
    if options.AlignCorners():
        raise WeightsError("RESIZE_NEAREST_NEIGHBOR with aligned corners is not supported")
    centers, rounding = "asymmetric", "floor"
    if options.HalfPixelCenters():
        centers, rounding = "half_pixel", "round_prefer_ceil"
    return _resize(
        lowering, operator, mode="nearest", coordinate_transformation_mode=centers, nearest_mode=rounding
    )


def depth_to_space(lowering: Lowering, operator: Operator) -> str:
    """Append a rearrangement of channels into blocks of pixels, block index first."""
    value = lowering.value(operand(operator, 0))
    return lowering.graph.add(
        "DepthToSpace", [value], blocksize=option_table(operator).BlockSize(), mode="DCR"
    )


def transpose_conv(lowering: Lowering, operator: Operator) -> str:
    """Append TFLite's own transposed convolution: its image is the third input, an optional bias the fourth."""
    options = option_table(operator)
    window = TransposedWindow(
        (options.StrideH(), options.StrideW()), same=options.Padding() == tflite.Padding.SAME
    )
    bias = operator.inputs[3] if len(operator.inputs) > 3 else None
    value = transposed_convolution(lowering, operator, operand(operator, 2), bias, window)
    return activate(lowering, value, operator)


def transposed_convolution(
    lowering: Lowering, operator: Operator, image: Tensor, bias: Tensor | None, window: TransposedWindow
) -> str:
    """Append a transposed convolution whose weights, (out, h, w, in), are the operator's second input.

    Args:
        lowering: The graph so far.
        operator: The operator.
        image: Its image.
        bias: (out,); None for none.
        window: Strides and padding.
    """
    weights = lowering.array(operand(operator, 1))
    kernel = weights.shape[1:3]
    pads = [(0, 0), (0, 0)]
    if window.same:
        size = operator.outputs[0].shape[1:3]
        pads = [same_padding(*axis) for axis in zip(size, kernel, window.strides, strict=True)]
    inputs = [lowering.value(image), lowering.graph.constant(weights.transpose(3, 0, 1, 2), "weights")]
    if bias is not None:
        inputs.append(lowering.graph.constant(lowering.array(bias), "bias"))
    return lowering.graph.add(
        "ConvTranspose",
        inputs,
        kernel_shape=list(kernel),
        strides=list(window.strides),
        pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
    )


UPSAMPLING_OPERATORS: dict[str, OperatorFunction] = {
    "DEPTH_TO_SPACE": depth_to_space,
    "RESIZE_BILINEAR": resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest_neighbor,
    "TRANSPOSE_CONV": transpose_conv,
}
"""TFLite's name → function."""
