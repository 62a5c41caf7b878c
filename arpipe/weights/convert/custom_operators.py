"""Converts custom operators, MediaPipe's and the one that ends SSD networks, to graph nodes.

Three operators of the attention mesh crop the feature map at lips and eyes: a matrix from the coarse landmarks
(feature-map px ← px of the crop), a bilinear resampling of the feature map by it, and refined landmarks moved back
by it. Here they become nodes of private kinds, which `crops.expand` converts to ONNX, all crops at once.
"""

import struct
from typing import Any

from flatbuffers import flexbuffers

from arpipe.errors import WeightsError
from arpipe.weights.convert import crops
from arpipe.weights.convert.detection_options import DETECTION
from arpipe.weights.convert.detections import detection_post_process
from arpipe.weights.convert.lowering import Lowering, OperatorFunction, operand
from arpipe.weights.convert.tflite_reader import Operator
from arpipe.weights.convert.upsampling import TransposedWindow, transposed_convolution

PADDING_SAME = 1  # TfLitePadding in the raw option struct of Convolution2DTransposeBias


def _flex_options(operator: Operator) -> dict[str, Any]:
    options = flexbuffers.Loads(operator.custom_options)
    if not isinstance(options, dict):
        raise WeightsError(f"{operator.kind}: its options are not a map")
    return options


def landmarks_to_transform_matrix(lowering: Lowering, operator: Operator) -> str:
    """Append the (n, 4, 4) matrix of the crop around a subset of points, turned so that its two ends are level."""
    options = _flex_options(operator)
    return lowering.graph.add(
        crops.MATRIX,
        [lowering.value(operand(operator, 0))],
        ends=(options["left_rotation_idx"], options["right_rotation_idx"]),
        subset=tuple(options["subset_idxs"]),
        target_rad=options["target_rotation_radians"],
        scale=(options["scale_x"], options["scale_y"]),
        size=(options["output_width"], options["output_height"]),
    )


def transform_tensor_bilinear(lowering: Lowering, operator: Operator) -> str:
    """Append a sampling of the feature map at M·(x, y); samples outside the outer pixel centres are 0."""
    options = _flex_options(operator)
    inputs = [lowering.value(operand(operator, i)) for i in range(2)]
    return lowering.graph.add(crops.SAMPLE, inputs, size=(options["output_width"], options["output_height"]))


def transform_landmarks(lowering: Lowering, operator: Operator) -> str:
    """Append (x, y) → rows 0 and 1 of M·(x, y, 0, 1)."""
    return lowering.graph.add(crops.MOVE, [lowering.value(operand(operator, i)) for i in range(2)])


def convolution_2d_transpose_bias(lowering: Lowering, operator: Operator) -> str:
    """Append a transposed convolution with bias; the options are a raw struct: padding, stride width, stride height."""
    try:
        padding, stride_w, stride_h = struct.unpack_from("<3i", operator.custom_options)
    except struct.error as error:
        raise WeightsError(
            f"{operator.kind}: options of {len(operator.custom_options)} bytes, expected 12"
        ) from error
    window = TransposedWindow((stride_h, stride_w), same=padding == PADDING_SAME)
    return transposed_convolution(lowering, operator, operand(operator, 0), operand(operator, 2), window)


CUSTOM_OPERATORS: dict[str, OperatorFunction] = {
    "Convolution2DTransposeBias": convolution_2d_transpose_bias,
    "Landmarks2TransformMatrix": landmarks_to_transform_matrix,
    DETECTION: detection_post_process,
    "TransformLandmarks": transform_landmarks,
    "TransformTensorBilinear": transform_tensor_bilinear,
}
