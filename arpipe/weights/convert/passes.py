"""Rewrites that make the graph fast on ONNX Runtime's CPU kernels without changing its outputs.

The kernels keep images in blocks of 8 or 16 channels (NCHWc) as long as every operator knows that layout:
convolution, pooling, Add, Relu, Concat and Resize do; Transpose, Pad and PRelu do not, and each of them costs
two conversions besides its own slow kernel. They are therefore rewritten into supported operators. Measured on
face_mesh, one thread, LiteRT with XNNPACK = 1: as exported 2.9; PRelu rewritten 1.05; with all of these 0.90.
"""

import numpy as np
from numpy.typing import NDArray

from arpipe.weights.convert.channels import align_channels
from arpipe.weights.convert.graph import CHANNEL_BLOCK, Graph, GraphNode, pointwise


def optimise(graph: Graph) -> None:
    """Apply all rewrites, in place."""
    fold_image_padding(graph)
    align_channels(graph)
    split_at_channel_padding(graph)
    read_interleaved_input(graph)
    absorb_narrow_prelu(graph)
    expand_prelu(graph)
    multiply_whole_images(graph)
    merge_reshapes(graph)


def merge_duplicates(graph: Graph) -> None:
    """Compute only once what the same operator computes from the same values."""
    seen: dict[object, str] = {}
    for node in list(graph.nodes):
        inputs = tuple(_content(graph, name) for name in node.inputs)
        key = (node.kind, inputs, repr(sorted(node.attributes.items())))
        if key not in seen:
            seen[key] = node.outputs[0]
        elif len(node.outputs) == 1 and node.outputs[0] not in graph.outputs:
            graph.rename(node.outputs[0], seen[key])
            graph.replace(node)


def _content(graph: Graph, name: str) -> object:
    """Return the identity of a value: its name, or a constant's type, shape and numbers."""
    array = graph.constants.get(name)
    return name if array is None else (array.dtype.str, array.shape, array.tobytes())


def fold_image_padding(graph: Graph) -> None:
    """Turn zeros around an image that only convolutions read into the padding of those convolutions."""
    for node in _of_kind(graph, "Pad"):
        before, after = _padding(graph, node)
        readers = graph.consumers(node.outputs[0])
        if before[:2].any() or after[:2].any() or not all(reader.kind == "Conv" for reader in readers):
            continue
        for reader in readers:
            own = np.array(reader.attributes["pads"])
            reader.attributes["pads"] = (own + np.concatenate([before[2:], after[2:]])).tolist()
            reader.inputs[0] = node.inputs[0]
        graph.replace(node)


def split_at_channel_padding(graph: Graph) -> None:
    """Replace Add(convolution, image padded with empty channels) by Concat(Add(first half, image), second half).

    Where the convolution cannot be split at a block boundary, the padding becomes a 1×1 convolution with the
    identity.
    """
    for node in _of_kind(graph, "Pad"):
        before, after = _padding(graph, node)
        if before.any() or after[[0, 2, 3]].any():
            continue
        channels = graph.shapes[node.outputs[0]][1]
        kept = int(channels - after[1])
        convolution, total = _convolution_added_to(graph, node.outputs[0])
        if convolution is None or total is None or kept % CHANNEL_BLOCK:
            weights = np.eye(channels, kept, dtype=np.float32).reshape(channels, kept, 1, 1)
            graph.replace(node, _pointwise(graph, node.inputs[0], weights, node.outputs[0]))
            continue
        first, second = _split_convolution(graph, convolution, kept)
        added = graph.fresh("added")
        graph.replace(node)
        graph.replace(convolution)
        graph.replace(
            total,
            *(first, second),
            GraphNode("Add", [first.outputs[0], node.inputs[0]], [added]),
            GraphNode("Concat", [added, second.outputs[0]], total.outputs, {"axis": 1}),
        )


def _convolution_added_to(graph: Graph, value: str) -> tuple[GraphNode | None, GraphNode | None]:
    """Find the dense convolution and the Add in Add(convolution, value), if nothing else reads either operand."""
    readers = graph.consumers(value)
    if len(readers) != 1 or readers[0].kind != "Add":
        return None, None
    other = next((name for name in readers[0].inputs if name != value), value)
    producer = graph.producer(other)
    if producer is None or producer.kind != "Conv" or producer.attributes["group"] != 1:
        return None, None
    return (producer, readers[0]) if len(graph.consumers(other)) == 1 else (None, None)


def _split_convolution(graph: Graph, node: GraphNode, at: int) -> tuple[GraphNode, GraphNode]:
    """Split a convolution into two, over the output channels before and from `at`."""
    halves = []
    for part in (slice(None, at), slice(at, None)):
        parameters = [graph.constant(graph.constants[name][part], "half") for name in node.inputs[1:]]
        halves.append(
            GraphNode("Conv", [node.inputs[0], *parameters], [graph.fresh("half")], dict(node.attributes))
        )
    return halves[0], halves[1]


def read_interleaved_input(graph: Graph) -> None:
    """Convolve the interleaved RGB input as it lies in memory, without transposing it to planes.

    A row of w RGB pixels is a row of 3·w numbers; a kernel three times as wide with three times the stride reads the
    same values. The first convolution thus becomes one over a one-channel image.
    """
    for node in _of_kind(graph, "Transpose"):
        readers = graph.consumers(node.outputs[0])
        dense = all(_is_dense_convolution(reader) for reader in readers)
        if node.inputs[0] not in graph.inputs or not dense:
            continue
        _, height, width, channels = graph.inputs[node.inputs[0]]
        shape = graph.constant(np.array([0, 1, height, width * channels], np.int64), "shape")
        graph.replace(node, GraphNode("Reshape", [node.inputs[0], shape], node.outputs))
        for reader in readers:
            weights = graph.constants[reader.inputs[1]].transpose(0, 2, 3, 1)  # (out, h, w, in)
            out, kernel_h, kernel_w, _ = weights.shape
            wide = weights.reshape(out, 1, kernel_h, kernel_w * channels)
            reader.inputs[1] = graph.constant(wide, "weights")
            top, left, bottom, right = reader.attributes["pads"]
            stride_h, stride_w = reader.attributes["strides"]
            reader.attributes |= {
                "kernel_shape": [kernel_h, kernel_w * channels],
                "strides": [stride_h, stride_w * channels],
                "pads": [top, left * channels, bottom, right * channels],
            }


def _is_dense_convolution(node: GraphNode) -> bool:
    return bool(node.kind == "Conv" and node.attributes["group"] == 1)


def absorb_narrow_prelu(graph: Graph) -> None:
    """Absorb PRelu between a dense and a depthwise convolution into both, where images have half a block of channels.

    With twice the channels, relu(x) and relu(−x) come out of the first convolution at once, the slope goes into the
    depthwise weights of the second half, and the convolution behind reads both halves with the same weights. The
    kernels compute whole blocks anyway, so the second half is free. Measured on face_mesh_v2: 13 % of the whole
    network.
    """
    for node in _of_kind(graph, "PRelu"):
        chain = _narrow_chain(graph, node)
        if chain is None:
            continue
        first, depthwise, last = chain
        slope = graph.constants[node.inputs[1]].ravel().astype(np.float32)
        _append_negated_outputs(graph, first)
        doubled, positive = graph.fresh("doubled"), node.outputs[0]
        first.outputs = [doubled]
        graph.replace(node, GraphNode("Relu", [doubled], [positive]))
        weights = graph.constants[depthwise.inputs[1]].astype(np.float32)
        negative = np.negative(slope).reshape(-1, 1, 1, 1) * weights
        depthwise.inputs[1] = graph.constant(
            np.concatenate([weights, negative]).astype(np.float32), "weights"
        )
        if len(depthwise.inputs) > 2:
            bias = graph.constants[depthwise.inputs[2]]
            depthwise.inputs[2] = graph.constant(np.concatenate([bias, np.zeros_like(bias)]), "bias")
        depthwise.attributes["group"] = 2 * slope.size
        behind = graph.constants[last.inputs[1]]
        last.inputs[1] = graph.constant(np.concatenate([behind, behind], axis=1), "weights")
        for value in (positive, depthwise.outputs[0]):
            graph.shapes.pop(value, None)


def _narrow_chain(graph: Graph, prelu: GraphNode) -> tuple[GraphNode, GraphNode, GraphNode] | None:
    """Find the convolutions around a PRelu: a dense one before it, a depthwise and a dense one behind it.

    Returns:
        The three, or None unless they have half a block of channels at most and nothing else reads between them.
    """
    channels = graph.constants[prelu.inputs[1]].size
    first = graph.producer(prelu.inputs[0])
    depthwise = _only_reader(graph, prelu.outputs[0])
    last = None if depthwise is None else _only_reader(graph, depthwise.outputs[0])
    if first is None or depthwise is None or last is None:
        return None
    is_narrow = 1 < channels <= CHANNEL_BLOCK // 2 and _only_reader(graph, prelu.inputs[0]) is prelu
    is_chain = (
        _is_dense_convolution(first)
        and _is_plain_depthwise(graph, depthwise, channels)
        and _is_dense_convolution(last)
    )
    return (first, depthwise, last) if is_narrow and is_chain else None


def _is_plain_depthwise(graph: Graph, node: GraphNode, channels: int) -> bool:
    """Whether a node is a depthwise convolution with one filter per channel."""
    is_depthwise = bool(node.kind == "Conv" and node.attributes["group"] == channels)
    return is_depthwise and len(graph.constants[node.inputs[1]]) == channels


def _only_reader(graph: Graph, value: str) -> GraphNode | None:
    readers = graph.consumers(value)
    return readers[0] if len(readers) == 1 and value not in graph.outputs else None


def _append_negated_outputs(graph: Graph, convolution: GraphNode) -> None:
    """Append the negated output channels of a dense convolution to its output channels."""
    for place, stem in zip(range(1, len(convolution.inputs)), ("weights", "bias"), strict=False):
        values = graph.constants[convolution.inputs[place]].astype(np.float32)
        convolution.inputs[place] = graph.constant(np.concatenate([values, np.negative(values)]), stem)


def expand_prelu(graph: Graph) -> None:
    """Replace PRelu(x) by x + (1 − a)·relu(−x), as two depthwise 1×1 convolutions.

    The runtime fuses the Relu into the first and the Add, in place, into the second: two passes over the
    image where a·x + (1 − a)·relu(x) takes three. Measured on face_mesh: 8 % of the whole network.
    """
    for node in _of_kind(graph, "PRelu"):
        value, slope = node.inputs[0], graph.constants[node.inputs[1]].ravel().astype(np.float32)
        negated, negative, rest = (graph.fresh(stem) for stem in ("negated", "negative", "rest"))
        graph.replace(
            node,
            _per_channel(graph, value, -np.ones_like(slope), negated),
            GraphNode("Relu", [negated], [negative]),
            _per_channel(graph, negative, np.float32(1.0) - slope, rest),
            GraphNode("Add", [rest, value], node.outputs),
        )


def multiply_whole_images(graph: Graph) -> None:
    """Replace a convolution over its whole input by a matrix product: blocked kernels are slow for single pixels."""
    for node in _of_kind(graph, "Conv"):
        shape = graph.shapes.get(node.inputs[0])
        weights = graph.constants[node.inputs[1]]
        covers = shape is not None and weights.shape[2:] == shape[2:] and not any(node.attributes["pads"])
        if not covers or not _is_dense_convolution(node) or weights[0, 0].size == 1:
            continue
        flat, product = graph.fresh("flat"), graph.fresh("product")
        row = graph.constant(np.array([0, weights[0].size], np.int64), "shape")
        image = graph.constant(np.array([0, len(weights), 1, 1], np.int64), "shape")
        matrix = graph.constant(weights.reshape(len(weights), -1).T, "weights")
        graph.replace(
            node,
            GraphNode("Reshape", [node.inputs[0], row], [flat]),
            GraphNode("Gemm", [flat, matrix, *node.inputs[2:]], [product]),
            GraphNode("Reshape", [product, image], node.outputs),
        )


def merge_reshapes(graph: Graph) -> None:
    """Keep only the last of consecutive reshapes, and none to the same shape."""
    for node in _of_kind(graph, "Reshape"):
        producer = graph.producer(node.inputs[0])
        if producer is not None and producer.kind == "Reshape":
            node.inputs[0] = producer.inputs[0]
    graph.prune()
    for node in _of_kind(graph, "Reshape"):
        source, target = node.inputs[0], node.outputs[0]
        producer = graph.producer(source)
        shape = graph.outputs.get(target)
        if producer is not None and shape is not None and graph.shapes.get(source) == shape:
            producer.outputs = [target if name == source else name for name in producer.outputs]
            graph.rename(source, target)
            graph.replace(node)


def _of_kind(graph: Graph, kind: str) -> list[GraphNode]:
    return [node for node in graph.nodes if node.kind == kind]


def _padding(graph: Graph, node: GraphNode) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how much a Pad adds before and after each axis, NCHW."""
    before, after = graph.constants[node.inputs[1]].reshape(2, -1).astype(np.int64)
    return before, after


def _pointwise(
    graph: Graph, value: str, weights: NDArray[np.float32], output: str, group: int = 1
) -> GraphNode:
    return GraphNode("Conv", [value, graph.constant(weights, "weights")], [output], pointwise(group))


def _per_channel(graph: Graph, value: str, factors: NDArray[np.float32], output: str) -> GraphNode:
    """Multiply every channel by its factor, as a depthwise convolution."""
    return _pointwise(graph, value, factors.reshape(-1, 1, 1, 1), output, group=factors.size)
