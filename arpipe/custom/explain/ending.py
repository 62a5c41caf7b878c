"""Recognises networks that end in global average pooling and one matrix.

There, Grad-CAM (R. R. Selvaraju et al., ICCV 2017) at the last feature map needs no gradient: the derivative of a class
by a channel is its weight in the matrix, the same at every place.
"""

from dataclasses import dataclass

import numpy as np
import onnx

from arpipe.custom.explain.constants import Walk, integers
from arpipe.errors import ModelError
from arpipe.inference.tensor_session import Array
from arpipe.io.guard import guarded
from arpipe.types import Points

RANK = 4
SPATIAL_AXES: dict[tuple[int, ...], bool] = {(2, 3): False, (1, 2): True}
"""Axes of height and width → whether the channels are last."""
PRODUCTS = frozenset({"Gemm", "MatMul", "Conv"})


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

    Raises:
        ModelError: Its last layers contradict each other.
    """
    with guarded(ModelError, f"{model.graph.name}: its last layers do not fit each other", "export it again"):
        return _find(Walk(model), output)


def _find(walk: Walk, output: str) -> Ending | None:
    added: Array | None = None
    node = walk.back(output)
    if node is not None and node.op_type == "Add":
        added, output = walk.split_sum(node)
        node = None if added is None else walk.back(output)
    if node is None or node.op_type not in PRODUCTS:
        return None
    pool = walk.back(node.input[0])
    weights, channels_last = _matrix(walk, node), _pooled_layout(walk, pool)
    if weights is None or pool is None or channels_last is None:
        return None
    return Ending(pool.input[0], weights, _bias(walk, node, added, len(weights)), channels_last)


def _matrix(walk: Walk, node: onnx.NodeProto) -> Array | None:
    """Return the weights of a matrix product, or of a 1×1 convolution, as (classes, channels)."""
    weights = walk.constant(node.input[1])
    if weights is None:
        return None
    if node.op_type == "Conv":
        is_matrix = weights.ndim == RANK and weights.shape[2:] == (1, 1)
        return weights[:, :, 0, 0].astype(np.float32) if is_matrix else None
    if weights.ndim != 2:
        return None
    settings = {each.name: each for each in node.attribute}
    is_transposed = "transB" in settings and bool(settings["transB"].i)
    gain = np.float32(settings["alpha"].f if "alpha" in settings else 1.0)
    return np.asarray((weights if is_transposed else weights.T) * gain, np.float32)


def _bias(walk: Walk, node: onnx.NodeProto, added: Array | None, classes: int) -> Array:
    """Return (classes,) what is added to the product, in its node or behind it."""
    inside = walk.constant(node.input[2]) if len(node.input) > 2 else None
    parts = [each.reshape(-1).astype(np.float32) for each in (inside, added) if each is not None]
    return np.asarray(sum(parts, np.zeros(classes, np.float32)))


def _pooled_layout(walk: Walk, node: onnx.NodeProto | None) -> bool | None:
    """Return whether a global average pooling is over channels-last features; None if the node is none."""
    if node is None or node.op_type not in ("GlobalAveragePool", "ReduceMean"):
        return None
    if node.op_type == "GlobalAveragePool":
        return False
    axes = integers(node, "axes")
    if not axes and len(node.input) > 1:
        given = walk.constant(node.input[1])
        axes = () if given is None else tuple(int(axis) for axis in given.ravel())
    return SPATIAL_AXES.get(tuple(sorted(axis % RANK for axis in axes)))
