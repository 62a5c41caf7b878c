"""Converts the post-processing of SSD networks, boxes from anchors and non-maximum suppression, to ONNX nodes.

The outputs are those of TFLite's kernel: boxes y0, x0, y1, x1 relative to the picture, classes, scores and count, in
descending order of scores and padded with zeros. The batch is one picture, as there.
"""

import numpy as np

from arpipe.errors import WeightsError
from arpipe.weights.convert.detection_options import DETECTION, DetectionOptions, read_detection_options
from arpipe.weights.convert.graph import Graph, GraphNode
from arpipe.weights.convert.lowering import Lowering, operand
from arpipe.weights.convert.tflite_reader import Operator

LAST = 2  # axis of coordinates and of classes: both inputs are (1, boxes, values)


def detection_post_process(lowering: Lowering, operator: Operator) -> None:
    """Append the decoding of boxes, their suppression and the sorted, padded result."""
    options = read_detection_options(operator.custom_options)
    anchors = lowering.array(operand(operator, 2)).astype(np.float32)  # (n, 4) y, x, height, width
    columns = operand(operator, 1).shape[-1]
    background = columns - options.num_classes
    expected = [(1, len(anchors), 4), (1, len(anchors), columns)]
    if [operand(operator, place).shape for place in (0, 1)] != expected or background not in (0, 1):
        shapes = [tensor.shape for tensor in operator.inputs if tensor is not None]
        raise WeightsError(f"{DETECTION}: inputs {shapes} are not those of {options.num_classes} classes")
    graph = lowering.graph
    graph.batch = 1
    boxes = _decode(graph, lowering.value(operand(operator, 0)), anchors, options)
    scores = graph.slice(lowering.value(operand(operator, 1)), background, columns, LAST)
    results = _suppress(graph, boxes, scores, len(anchors), options)
    for tensor, value in zip(operator.outputs, results, strict=True):
        lowering.bind(tensor, value)


def _decode(graph: Graph, encoded: str, anchors: np.ndarray, options: DetectionOptions) -> str:
    """Append (1, n, 4) corners of boxes that are encoded relative to their anchors."""
    extent = anchors[np.newaxis, :, 2:]
    centers = _multiply(graph, graph.slice(encoded, 0, 2, LAST), extent / [options.y_scale, options.x_scale])
    centers = graph.add("Add", [centers, graph.constant(anchors[np.newaxis, :, :2], "anchors")])
    logarithms = _multiply(
        graph, graph.slice(encoded, 2, 4, LAST), 1.0 / np.array([options.h_scale, options.w_scale])
    )
    half = _multiply(graph, graph.add("Exp", [logarithms]), extent / 2.0)
    corners = [graph.add(kind, [centers, half]) for kind in ("Sub", "Add")]
    return graph.add("Concat", corners, axis=LAST)


def _suppress(
    graph: Graph, boxes: str, scores: str, count: int, options: DetectionOptions
) -> tuple[str, str, str, str]:
    """Append boxes, classes, scores and count of what remains.

    Args:
        graph: The graph.
        boxes: (1, n, 4) corners.
        scores: (1, n, classes).
        count: n.
        options: Thresholds and numbers.
    """
    if options.use_regular_nms:
        table, most = scores, options.detections_per_class
    else:
        table, most = graph.add("ReduceMax", [scores], axes=[LAST], keepdims=1), options.max_detections
    table = graph.add("Transpose", [table], perm=[0, 2, 1])  # (1, classes or 1, n)
    thresholds = np.array([[options.nms_iou_threshold], [options.nms_score_threshold]], np.float32)
    inputs = [boxes, table, *(graph.constant(limit, "limit") for limit in (np.array([most]), *thresholds))]
    picked = graph.add("NonMaxSuppression", inputs)  # (m, 3) picture, row of the table, box
    rows, chosen = (_flat(graph, graph.slice(picked, column, column + 1, axis=1)) for column in (1, 2))
    places = graph.add("Add", [graph.add("Mul", [rows, graph.constant(np.array([count]), "count")]), chosen])
    found, order, number = _best(graph, _pick(graph, _flat(graph, table), places), options.max_detections)
    chosen = _pick(graph, chosen, order)
    if options.use_regular_nms:
        classes = _pick(graph, rows, order)
    else:
        best = graph.add("ArgMax", [scores], axis=LAST, keepdims=0)
        classes = _pick(graph, _flat(graph, best), chosen)
    classes = graph.add("Cast", [classes], to=1)
    corners = _pick(graph, boxes, chosen, axis=1)
    rounded = graph.add("Cast", [number], to=1)
    most = options.max_detections
    return (
        _pad(graph, corners, (1, most, 4)),
        _pad(graph, _row(graph, classes), (1, most)),
        _pad(graph, _row(graph, found), (1, most)),
        rounded,
    )


def _best(graph: Graph, scores: str, most: int) -> tuple[str, str, str]:
    """Append the highest scores, highest first, their places, and their number (1,), at most `most`."""
    number = graph.add("Min", [graph.add("Shape", [scores]), graph.constant(np.array([most]), "most")])
    values, places = graph.fresh("topk"), graph.fresh("topk")
    graph.nodes.append(GraphNode("TopK", [scores, number], [values, places], {"axis": 0}))
    return values, places, number


def _pad(graph: Graph, value: str, shape: tuple[int, ...]) -> str:
    """Append zeros up to a shape along axis 1."""
    filled = graph.add("Concat", [value, graph.constant(np.zeros(shape, np.float32), "zeros")], axis=1)
    return graph.slice(filled, 0, shape[1], axis=1)


def _pick(graph: Graph, value: str, places: str, axis: int = 0) -> str:
    return graph.add("Gather", [value, places], axis=axis)


def _multiply(graph: Graph, value: str, factors: np.ndarray) -> str:
    return graph.add("Mul", [value, graph.constant(factors.astype(np.float32), "factors")])


def _flat(graph: Graph, value: str) -> str:
    return graph.add("Reshape", [value, graph.constant(np.array([-1]), "shape")])


def _row(graph: Graph, value: str) -> str:
    return graph.add("Reshape", [value, graph.constant(np.array([1, -1]), "shape")])
