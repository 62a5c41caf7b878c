"""MediaPipe's custom operators → ONNX nodes.

The three operators of the attention mesh cut the feature map at lips and eyes: a 4×4 matrix from the coarse
landmarks (feature-map px ← px of the cut), a bilinear resampling of the feature map by it, and refined
landmarks moved back by it. Points are rows here, so matrices are applied transposed: p' = p @ M.T.
"""

import struct
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from arpipe.errors import WeightsError
from arpipe.weights.lowering import Lowering, OperatorFunction, operand
from arpipe.weights.operators import same_padding
from arpipe.weights.tflite_reader import Operator

SHORTEST_EDGE_PX = 1e-12  # keeps the direction finite when both rotation points coincide
OUTSIDE = 2.0  # a normalised grid coordinate whose bilinear footprint lies outside the map
PADDING_SAME = 1  # TfLitePadding in the raw option struct of Convolution2DTransposeBias


def _flex_options(operator: Operator) -> dict[str, Any]:
    options = flexbuffers.Loads(operator.custom_options)
    if not isinstance(options, dict):
        raise WeightsError(f"{operator.kind}: its options are not a map")
    return options


def landmarks_to_transform_matrix(lowering: Lowering, operator: Operator) -> str:
    """The crop around a subset of points, turned so that its two rotation points lie level: (n, 4, 4)."""
    graph, options = lowering.graph, _flex_options(operator)
    ends = np.array([options["left_rotation_idx"], options["right_rotation_idx"]])
    points = lowering.value(operand(operator, 0))  # (n, 468, 3)
    chosen = np.concatenate([ends, np.array(options["subset_idxs"])])
    xy = _slice(lowering, graph.add("Gather", [points, graph.constant(chosen)], axis=1), 2, 0, 2)
    left, right = _slice(lowering, xy, 1, 0, 1), _slice(lowering, xy, 1, 1, 2)
    subset = _slice(lowering, xy, 1, 2, len(chosen))

    rotation = _rotation_rows(lowering, graph.add("Sub", [right, left]), options["target_rotation_radians"])
    level = graph.add("MatMul", [subset, rotation])  # the subset, turned by r
    high = graph.add("ReduceMax", [level], axes=[1], keepdims=1)
    low = graph.add("ReduceMin", [level], axes=[1], keepdims=1)
    inverse = graph.add("Transpose", [rotation], perm=[0, 2, 1])
    half = graph.constant(np.float32(0.5))
    centre = graph.add("MatMul", [graph.add("Mul", [graph.add("Add", [high, low]), half]), inverse])

    width, height = options["output_width"], options["output_height"]
    per_px = np.array([options["scale_x"] / width, options["scale_y"] / height], np.float32)
    size = graph.add("Mul", [graph.add("Sub", [high, low]), graph.constant(per_px)])  # (n, 1, 2)
    linear = graph.add(
        "Mul", [graph.add("Transpose", [size], perm=[0, 2, 1]), inverse]
    )  # (n, 2, 2), M[:2, :2].T
    corner = graph.constant(np.array([[width / 2, height / 2]], np.float32))
    translation = graph.add("Sub", [centre, graph.add("MatMul", [corner, linear])])  # (n, 1, 2)
    return _matrix(lowering, linear, translation)


def _slice(lowering: Lowering, value: str, axis: int, begin: int, end: int) -> str:
    bounds = (lowering.graph.constant(np.array([n], np.int64), "slice") for n in (begin, end, axis))
    return lowering.graph.add("Slice", [value, *bounds])


def _rotation_rows(lowering: Lowering, edge: str, target_rad: float) -> str:
    """R.T (n, 2, 2) of the turn r = target − atan2(edge), its cos and sin taken from the edge itself."""
    graph = lowering.graph
    length = graph.add("ReduceL2", [edge], axes=[2], keepdims=1)
    length = graph.add("Max", [length, graph.constant(np.float32(SHORTEST_EDGE_PX))])
    direction = graph.add("Div", [edge, length])  # (n, 1, 2): cos a, sin a
    # cos r = cos t·cos a + sin t·sin a, sin r = sin t·cos a − cos t·sin a
    # R.T = [[cos r, sin r], [−sin r, cos r]]
    cos, sin = np.cos(target_rad), np.sin(target_rad)
    entries = np.array([[cos, sin, -sin, cos], [sin, -cos, cos, sin]], np.float32)
    return lowering.reshape(graph.add("MatMul", [direction, graph.constant(entries)]), (1, 2, 2))


def _matrix(lowering: Lowering, linear: str, translation: str) -> str:
    """The 4×4 matrix with `linear`.T as its upper left block and `translation` in its last column."""
    graph = lowering.graph
    rows = graph.add("Concat", [linear, translation], axis=1)  # (n, 3, 2): x, y, 1 → x', y'
    place = np.zeros((2, 4), np.float32)
    place[0, 0] = place[1, 1] = 1.0
    wide = graph.add("MatMul", [rows, graph.constant(place)])  # (n, 3, 4)
    spread = np.zeros((4, 3), np.float32)
    spread[0, 0] = spread[1, 1] = spread[3, 2] = 1.0
    transposed = graph.add("MatMul", [graph.constant(spread), wide])  # (n, 4, 4)
    unit = np.diag(np.array([0, 0, 1, 1], np.float32))
    return graph.add("Transpose", [graph.add("Add", [transposed, graph.constant(unit)])], perm=[0, 2, 1])


def _two_rows_transposed(lowering: Lowering, matrix: str) -> str:
    """M[:2].T (n, 4, 2) of a 4×4 matrix."""
    return lowering.graph.add("Transpose", [_slice(lowering, matrix, 1, 0, 2)], perm=[0, 2, 1])


def transform_tensor_bilinear(lowering: Lowering, operator: Operator) -> str:
    """Sample the feature map at M·(x, y); a sample whose centre lies outside the outer pixel centres is 0."""
    graph, options = lowering.graph, _flex_options(operator)
    height, width = operand(operator, 0).shape[1:3]
    if height != width:
        raise WeightsError(f"TransformTensorBilinear of a {width}×{height} map is not supported, only square")
    rows, columns = np.mgrid[: options["output_height"], : options["output_width"]] + 0.5  # pixel centres
    centres = np.stack([columns, rows, np.zeros_like(rows), np.ones_like(rows)], -1).reshape(-1, 4)
    matrix = _two_rows_transposed(lowering, lowering.value(operand(operator, 1)))
    # GridSample without aligned corners maps −1…1 to the outer edges: g = 2·(x + ½)/width − 1.
    scaled = graph.constant((centres * 2.0 / width).astype(np.float32))
    grid = graph.add("Sub", [graph.add("MatMul", [scaled, matrix]), graph.constant(np.float32(1.0))])
    reach = graph.add("ReduceMax", [graph.add("Abs", [grid])], axes=[2], keepdims=1)
    limit = graph.constant(np.float32(1.0 - 1.0 / width))
    outside = graph.add("Greater", [reach, limit])
    grid = graph.add("Where", [outside, graph.constant(np.float32(OUTSIDE)), grid])
    grid = lowering.reshape(grid, (1, options["output_height"], options["output_width"], 2))
    image = lowering.value(operand(operator, 0))
    return graph.add("GridSample", [image, grid], mode="bilinear", padding_mode="zeros", align_corners=0)


def transform_landmarks(lowering: Lowering, operator: Operator) -> str:
    """(x, y) → rows 0 and 1 of M·(x, y, 0, 1)."""
    graph = lowering.graph
    matrix = _two_rows_transposed(lowering, lowering.value(operand(operator, 1)))  # (n, 4, 2)
    points = lowering.value(operand(operator, 0))
    turned = graph.add("MatMul", [points, _slice(lowering, matrix, 1, 0, 2)])
    return graph.add("Add", [turned, _slice(lowering, matrix, 1, 3, 4)])


def convolution_2d_transpose_bias(lowering: Lowering, operator: Operator) -> str:
    """Transposed convolution plus bias; options are a raw struct: padding, stride width, stride height."""
    try:
        padding, stride_w, stride_h = struct.unpack_from("<3i", operator.custom_options)
    except struct.error as error:
        raise WeightsError(f"{operator.kind}: options of {len(operator.custom_options)} bytes") from error
    weights = lowering.array(operand(operator, 1))  # (out, h, w, in)
    kernel, strides = weights.shape[1:3], (stride_h, stride_w)
    pads = [(0, 0), (0, 0)]
    if padding == PADDING_SAME:
        pads = [
            same_padding(*axis) for axis in zip(operator.outputs[0].shape[1:3], kernel, strides, strict=True)
        ]
    inputs = [
        lowering.value(operand(operator, 0)),
        lowering.graph.constant(weights.transpose(3, 0, 1, 2), "weights"),  # (in, out, h, w)
        lowering.graph.constant(lowering.array(operand(operator, 2)), "bias"),
    ]
    return lowering.graph.add(
        "ConvTranspose",
        inputs,
        kernel_shape=list(kernel),
        strides=list(strides),
        pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
    )


CUSTOM_OPERATORS: dict[str, OperatorFunction] = {
    "Convolution2DTransposeBias": convolution_2d_transpose_bias,
    "Landmarks2TransformMatrix": landmarks_to_transform_matrix,
    "TransformLandmarks": transform_landmarks,
    "TransformTensorBilinear": transform_tensor_bilinear,
}
