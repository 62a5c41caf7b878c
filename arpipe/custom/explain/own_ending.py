"""Gives a classifier another end: its features, global average pooling and a matrix for other classes."""

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.utils import Extractor

from arpipe.custom.explain.ending import Ending
from arpipe.custom.inner import real_inputs, with_shapes
from arpipe.errors import ModelError
from arpipe.inference.tensor_session import Array
from arpipe.io.guard import guarded

SCORES = "own_scores"  # name of the new output; the other names begin alike


def replace_ending(model: onnx.ModelProto, ending: Ending, weights: Array, bias: Array) -> onnx.ModelProto:
    """Return a network with the layers up to its features and a new matrix behind them.

    Args:
        model: The classifier.
        ending: Its end, which goes.
        weights: (classes, channels).
        bias: (classes,).

    Returns:
        A network whose output `SCORES` is (n, classes) logits.

    Raises:
        ModelError: The network cannot be cut at its features.
    """
    advice = "export it again, with one graph and no functions"
    with guarded(ModelError, f"{model.graph.name}: cannot be cut at its features", advice):
        inputs = [entry.name for entry in real_inputs(model)]
        made = Extractor(with_shapes(model)).extract_model(inputs, [ending.features])
        graph = made.graph
        source = ending.features
        if ending.channels_last:
            graph.node.append(helper.make_node("Transpose", [source], ["own_features"], perm=[0, 3, 1, 2]))
            source = "own_features"
        graph.node.extend(
            [
                helper.make_node("GlobalAveragePool", [source], ["own_means"]),
                helper.make_node("Flatten", ["own_means"], ["own_vector"]),
                helper.make_node("Gemm", ["own_vector", "own_weights", "own_bias"], [SCORES], transB=1),
            ]
        )
        for name, values in (("own_weights", weights), ("own_bias", bias)):
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), name))
        batch = graph.output[0].type.tensor_type.shape.dim[0]
        scores = helper.make_tensor_value_info(SCORES, onnx.TensorProto.FLOAT, [None, len(bias)])
        scores.type.tensor_type.shape.dim[0].CopyFrom(batch)
        del graph.output[:]
        graph.output.append(scores)
        onnx.checker.check_model(made)
    return made
