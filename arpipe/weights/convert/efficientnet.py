"""EfficientNet-Lite0 as an ONNX graph, from the tensors of its PyTorch state dict.

M. Tan, Q. V. Le: EfficientNet, ICML 2019; the lite variant has no squeeze-and-excitation, and ReLU6 for swish.
Batch normalisation is folded into the convolutions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from arpipe.errors import WeightsError
from arpipe.weights.convert.elementwise import RELU6_LIMIT
from arpipe.weights.convert.graph import Graph, to_onnx
from arpipe.weights.convert.lowering import NCHW_FROM_NHWC, same_padding
from arpipe.weights.convert.state_dict import StateDict

INPUT, FEATURES, POOLED, LOGITS = "input", "features", "pooled", "logits"
SIDE_PX = 224
CLASSES = 1000
EPSILON = 1e-3  # of the batch normalisation, as in the network's training code

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Block:
    """One inverted-residual block; its kernel and channels follow from its weights."""

    stride: int
    expands: bool


# (repeats, stride of the first block, whether it widens its input), stage by stage
_STAGES = ((1, 1, False), (2, 2, True), (2, 2, True), (3, 2, True), (3, 1, True), (4, 2, True), (1, 1, True))


def build(state: StateDict) -> onnx.ModelProto:
    """Build the network: `input` (n, 224, 224, 3) float32 → `logits` (n, 1000).

    Values inside have names: `stem`, `block_0` to `block_15`, `features` (n, 1280, 7, 7), `pooled` (n, 1280).

    Raises:
        WeightsError: A tensor is missing or has another shape.
    """
    try:
        return to_onnx(_graph(state), "efficientnet_lite0")
    except KeyError as error:
        raise WeightsError(f"the state dict of EfficientNet-Lite0 lacks {error}") from error


def _graph(state: StateDict) -> Graph:
    layers = _Layers(state)
    graph = layers.graph
    graph.inputs[INPUT] = (1, SIDE_PX, SIDE_PX, 3)
    value = graph.add("Transpose", [INPUT], perm=NCHW_FROM_NHWC)
    value = layers.name(layers.relu6(layers.conv(value, "_conv_stem", "_bn0", stride=2)), "stem")
    for number, block in enumerate(_blocks()):
        value = layers.name(_inverted_residual(layers, value, f"_blocks.{number}", block), f"block_{number}")
    value = layers.name(layers.relu6(layers.conv(value, "_conv_head", "_bn1")), FEATURES)
    value = graph.add("GlobalAveragePool", [value])
    value = layers.name(graph.add("Flatten", [value], axis=1), POOLED)
    weights = [
        graph.constant(layers.tensor(f"_fc.{part}"), f"classifier.{part}") for part in ("weight", "bias")
    ]
    layers.name(graph.add("Gemm", [value, *weights], transB=1), LOGITS)
    graph.outputs[LOGITS] = (1, CLASSES)
    return graph


def _blocks() -> Iterator[_Block]:
    for repeats, stride, expands in _STAGES:
        for repeat in range(repeats):
            yield _Block(stride if repeat == 0 else 1, expands)


def _inverted_residual(layers: "_Layers", value: str, prefix: str, block: _Block) -> str:
    wide = value
    if block.expands:
        wide = layers.relu6(layers.conv(value, f"{prefix}._expand_conv", f"{prefix}._bn0"))
    wide = layers.relu6(layers.conv(wide, f"{prefix}._depthwise_conv", f"{prefix}._bn1", stride=block.stride))
    narrow = layers.conv(wide, f"{prefix}._project_conv", f"{prefix}._bn2")
    if block.stride == 1 and layers.channels(narrow) == layers.channels(value):
        return layers.add(narrow, value)
    return narrow


class _Layers:
    """Appends layers to a graph, with their weights from the state dict, and follows the shape of every value."""

    def __init__(self, state: StateDict) -> None:
        self.graph = Graph()
        self._state = state
        self._channels: dict[str, int] = {}
        self._side = SIDE_PX

    def tensor(self, name: str) -> Weights:
        return self._state[name].astype(np.float32)

    def channels(self, value: str) -> int:
        """Channels of a value; 0 for the image."""
        return self._channels.get(value, 0)

    def name(self, value: str, name: str) -> str:
        """Give the last value that was appended a name of its own."""
        node = self.graph.producer(value)
        if node is None:
            raise WeightsError(f"no layer computes {value!r}")
        node.outputs[0] = name
        self._channels[name] = self._channels.get(value, 0)
        return name

    def conv(self, value: str, weights_of: str, norm: str, stride: int = 1) -> str:
        """Append a convolution with TensorFlow's SAME padding, and the batch normalisation behind it folded in."""
        kernels, bias = self._folded(self.tensor(f"{weights_of}.weight"), norm)  # (out, in / group, k, k)
        count, inner, side, _ = kernels.shape
        before, after = same_padding(self._side, side, stride)
        group = count if inner == 1 else 1
        inputs = [
            value,
            self.graph.constant(kernels, f"{weights_of}.weight"),
            self.graph.constant(bias, norm),
        ]
        made = self.graph.add(
            "Conv",
            inputs,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=group,
        )
        self._side = -(-self._side // stride)
        self._channels[made] = count
        return made

    def relu6(self, value: str) -> str:
        limits = [self.graph.constant(np.float32(limit)) for limit in (0.0, RELU6_LIMIT)]
        return self._same_shape(self.graph.add("Clip", [value, *limits]), value)

    def add(self, left: str, right: str) -> str:
        return self._same_shape(self.graph.add("Add", [left, right]), left)

    def _same_shape(self, made: str, source: str) -> str:
        self._channels[made] = self._channels[source]
        return made

    def _folded(self, kernels: Weights, norm: str) -> tuple[Weights, Weights]:
        gain, shift, mean, variance = (
            self.tensor(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + np.float32(EPSILON))
        return kernels * scale[:, None, None, None], shift - mean * scale
