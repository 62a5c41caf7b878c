"""Converts the attention mesh's crops at lips and eyes to ONNX, all of them at once.

Three private kinds of node describe them: MATRIX (landmarks → matrix of a crop), SAMPLE (feature map, matrix → crop)
and MOVE (points, matrix → points). Converted one by one they would take some 150 nodes with a handful of numbers each;
together they take a third of that. Points are rows, so matrices are applied transposed: p' = p @ M.T,
and of M.T only two parts are kept, `linear` (n, crops, 2, 2) and `shift` (n, crops, 1, 2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arpipe.errors import WeightsError
from arpipe.weights.convert.graph import Graph, GraphNode

MATRIX, SAMPLE, MOVE = "CropMatrix", "CropSample", "CropMove"
MIN_EDGE_PX = 1e-12  # keeps the direction finite if both rotation points coincide
EXCESS_GAIN = 1e4  # pushes coordinates outside the map so far out that no neighbour is blended in


@dataclass(frozen=True, eq=False)
class Matrices:
    """The matrices of all crops from one set of landmarks.

    Attributes:
        index: MATRIX output → index of its crop.
        linear: Value (n, crops, 2, 2), the upper left blocks transposed.
        shift: Value (n, crops, 1, 2), the translations.
    """

    index: dict[str, int]
    linear: str
    shift: str


def expand(graph: Graph) -> None:
    """Replace MATRIX, SAMPLE and MOVE nodes, in place."""
    sources = {node.inputs[0]: None for node in graph.nodes if node.kind == MATRIX}
    for source in sources:
        nodes = [node for node in graph.nodes if node.kind == MATRIX and node.inputs[0] == source]
        matrices = _matrices(graph, source, nodes)
        images = {node.inputs[0]: None for node in _readers(graph, SAMPLE, matrices)}
        for image in images:
            _sample(graph, image, matrices)
        _move(graph, matrices)
        for node in nodes:
            graph.replace(node)
    graph.prune()
    graph.sort()


def _readers(graph: Graph, kind: str, matrices: Matrices) -> list[GraphNode]:
    return [node for node in graph.nodes if node.kind == kind and node.inputs[1] in matrices.index]


def _matrices(graph: Graph, source: str, nodes: list[GraphNode]) -> Matrices:
    """Compute the matrices of crops around the bounding box of each subset, level with its edge."""
    longest = max(len(node.attributes["subset"]) for node in nodes)
    # Subsets are padded with their own first point, which changes no bounding box.
    chosen = [
        [*a["ends"], *a["subset"], *[a["subset"][0]] * (longest - len(a["subset"]))]
        for a in (node.attributes for node in nodes)
    ]
    xy = graph.slice(source, 0, 2, axis=2)
    points = graph.add("Gather", [xy, graph.constant(np.array(chosen))], axis=1)  # (n, crops, 2 + longest, 2)
    left, right, subset = _split(graph, points, 2, [1, 1, longest])
    rotation, half_inverse = _rotations(graph, graph.add("Sub", [right, left]), nodes)
    level = graph.add("MatMul", [subset, rotation])
    high = graph.add("ReduceMax", [level], axes=[2], keepdims=1)  # (n, crops, 1, 2)
    low = graph.add("ReduceMin", [level], axes=[2], keepdims=1)
    centre = graph.add("MatMul", [graph.add("Add", [high, low]), half_inverse])

    sizes = np.array([node.attributes["size"] for node in nodes], np.float32)[:, np.newaxis]
    scales = np.array([node.attributes["scale"] for node in nodes], np.float32)[:, np.newaxis]
    extent = graph.add("Mul", [graph.add("Sub", [high, low]), graph.constant(2.0 * scales / sizes)])
    linear = graph.add("Mul", [_reshape(graph, extent, (0, len(nodes), 2, 1)), half_inverse])
    corner = graph.add("MatMul", [graph.constant(sizes / 2), linear])
    shift = graph.add("Sub", [centre, corner])
    return Matrices({node.outputs[0]: i for i, node in enumerate(nodes)}, linear, shift)


def _rotations(graph: Graph, edge: str, nodes: list[GraphNode]) -> tuple[str, str]:
    """Compute R.T and R / 2 (n, crops, 2, 2) of the rotation by r = target − atan2(edge), without the arctangent."""
    length = graph.add("ReduceL2", [edge], axes=[3], keepdims=1)
    length = graph.add("Max", [length, graph.constant(np.float32(MIN_EDGE_PX))])
    direction = graph.add("Div", [edge, length])  # (n, crops, 1, 2): cos a, sin a
    # cos r = cos t·cos a + sin t·sin a, sin r = sin t·cos a − cos t·sin a
    # R.T = [[cos r, sin r], [−sin r, cos r]]
    targets = np.array([node.attributes["target_rad"] for node in nodes])
    cos, sin = np.cos(targets), np.sin(targets)
    entries = np.array([[cos, sin, -sin, cos], [sin, -cos, cos, sin]], np.float32).transpose(2, 0, 1)
    shape = (0, len(nodes), 2, 2)
    rotation = graph.add("MatMul", [direction, graph.constant(entries)])
    inverse = graph.add("MatMul", [direction, graph.constant(0.5 * entries[:, :, [0, 2, 1, 3]])])
    return _reshape(graph, rotation, shape), _reshape(graph, inverse, shape)


def _sample(graph: Graph, image: str, matrices: Matrices) -> None:
    """Crop one image: all crops side by side as channels, split at the end."""
    nodes = [node for node in _readers(graph, SAMPLE, matrices) if node.inputs[0] == image]
    _, channels, height, side = graph.shapes[image]
    width, rows = nodes[0].attributes["size"]
    if height != side or any(node.attributes["size"] != (width, rows) for node in nodes):
        raise WeightsError(
            f"crops of a {side}×{height} map are not supported, only crops of equal size of a square map"
        )
    grid = _grid(graph, [matrices.index[node.inputs[1]] for node in nodes], matrices, (width, rows), side)
    stacked = graph.add("GridSample", [image, grid], mode="bilinear", padding_mode="zeros", align_corners=0)
    count = len(nodes)
    apart = _reshape(graph, stacked, (0, channels, count, rows * width))
    turned = graph.add("Transpose", [apart], perm=[0, 2, 1, 3])
    together = _reshape(graph, turned, (0, count * channels, rows, width))
    for node, crop in zip(nodes, _split(graph, together, 1, [channels] * count), strict=True):
        graph.rename(node.outputs[0], crop)
        graph.replace(node)


def _grid(graph: Graph, order: list[int], matrices: Matrices, size: tuple[int, int], side: int) -> str:
    """Compute the sampling grid (n, crops · rows, columns, 2): −1…1 from outer edge to outer edge of the map."""
    rows, columns = np.mgrid[: size[1], : size[0]] + 0.5  # pixel centres
    centres = np.stack([columns, rows, np.ones_like(rows)], -1).reshape(-1, 3)
    matrix = graph.add("Concat", [matrices.linear, matrices.shift], axis=2)  # (n, crops, 3, 2)
    if order != list(range(len(matrices.index))):
        matrix = graph.add("Gather", [matrix, graph.constant(np.array(order))], axis=1)
    scaled = graph.constant((centres * 2.0 / side).astype(np.float32))
    grid = graph.add("Sub", [graph.add("MatMul", [scaled, matrix]), graph.constant(np.float32(1.0))])
    # The outer pixel centres lie half a pixel inside the edges; beyond them a sample is 0, not a blend with 0.
    limit = np.float32(1.0 - 1.0 / side)
    inside = graph.add("Clip", [grid, graph.constant(-limit), graph.constant(limit)])
    excess = graph.add("Sub", [grid, inside])
    gained = graph.add("Mul", [excess, graph.constant(np.float32(EXCESS_GAIN))])
    return _reshape(graph, graph.add("Add", [grid, gained]), (0, len(order) * size[1], size[0], 2))


def _move(graph: Graph, matrices: Matrices) -> None:
    """Move all points by the matrices of their crops, one matrix per point, and split them at the end."""
    moves = [move for node in graph.nodes if node.kind == MOVE if (move := _read_move(graph, node, matrices))]
    if not moves:
        return
    counts = [graph.shapes[move.node.inputs[0]][1] for move in moves]
    owner = graph.constant(np.repeat([move.crop for move in moves], counts))
    factors = np.repeat([move.factors for move in moves], counts, axis=0)  # (points, 4, 4)
    points = graph.add("Concat", [move.node.inputs[0] for move in moves], axis=1)
    linear = graph.add("Gather", [matrices.linear, owner], axis=1)  # (n, points, 2, 2)
    shift = graph.add("Gather", [matrices.shift, owner], axis=1)  # (n, points, 1, 2)
    linear = _multiply(graph, linear, factors[:, :2, :2].transpose(0, 2, 1))
    shift = _multiply(graph, shift, factors[:, np.newaxis, :2, 3])
    columns = _reshape(graph, points, (0, sum(counts), 2, 1))
    # x · first row + y · second row; ReduceSum over two numbers takes five times as long.
    by_x, by_y = _split(graph, graph.add("Mul", [columns, linear]), 2, [1, 1])
    turned = graph.add("Add", [by_x, by_y])
    result = _reshape(graph, graph.add("Add", [turned, shift]), (0, sum(counts), 2))
    for move, part in zip(moves, _split(graph, result, 1, counts), strict=True):
        graph.rename(move.node.outputs[0], part)
        graph.replace(move.node)


@dataclass(frozen=True, eq=False)
class _Move:
    """A MOVE node, the crop whose matrix it reads, and what the matrix's entries are multiplied by."""

    node: GraphNode
    crop: int
    factors: NDArray[np.float32]


def _read_move(graph: Graph, node: GraphNode, matrices: Matrices) -> _Move | None:
    """Return what a MOVE node does; None if it reads a matrix of other landmarks."""
    value, factors = node.inputs[1], np.ones((4, 4), np.float32)
    producer = graph.producer(value)
    if producer is not None and producer.kind == "Mul" and producer.inputs[1] in graph.constants:
        factors = np.broadcast_to(graph.constants[producer.inputs[1]], (1, 4, 4))[0].astype(np.float32)
        value = producer.inputs[0]
    return _Move(node, matrices.index[value], factors) if value in matrices.index else None


def _multiply(graph: Graph, value: str, factors: NDArray[np.float32]) -> str:
    return value if (factors == 1).all() else graph.add("Mul", [value, graph.constant(factors)])


def _split(graph: Graph, value: str, axis: int, sizes: list[int]) -> list[str]:
    outputs = [graph.fresh("part") for _ in sizes]
    graph.nodes.append(GraphNode("Split", [value, graph.constant(np.array(sizes))], outputs, {"axis": axis}))
    return outputs


def _reshape(graph: Graph, value: str, shape: tuple[int, ...]) -> str:
    return graph.add("Reshape", [value, graph.constant(np.array(shape, np.int64), "shape")])
