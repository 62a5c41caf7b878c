"""Small ONNX networks, made by hand."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from arpipe.custom import trial
from arpipe.inference.providers import SessionConfig

SIDE = 32


def weights(*shape, seed=0, gain=0.4):
    return (np.random.default_rng(seed).standard_normal(shape) * gain).astype(np.float32)


def info(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model_of(nodes, inputs, outputs, constants, opset=17, **facts):
    graph = helper.make_graph(
        nodes,
        "made",
        inputs,
        outputs,
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    helper.set_model_props(model, {key: str(value) for key, value in facts.items()})
    return model


def classifier(classes=4, batch="n", size=SIDE, softmax=False, mean=False):
    """conv → relu → conv → relu → global average pooling → matrix."""
    pool = (
        helper.make_node("ReduceMean", ["features"], ["pooled4"], axes=[2, 3], keepdims=1)
        if mean
        else helper.make_node("GlobalAveragePool", ["features"], ["pooled4"])
    )
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["c1"], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node(
            "Conv", ["r1", "w2", "b2"], ["c2"], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4
        ),
        helper.make_node("Relu", ["c2"], ["features"]),
        pool,
        helper.make_node("Flatten", ["pooled4"], ["pooled"]),
        helper.make_node("Gemm", ["pooled", "w3", "b3"], ["logits"], transB=1),
    ]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["scores"]))
    output = "scores" if softmax else "logits"
    constants = {
        "w1": weights(8, 3, 3, 3, seed=1),
        "w2": weights(12, 8, 3, 3, seed=2),
        "b2": weights(12, seed=3),
        "w3": weights(classes, 12, seed=4),
        "b3": weights(classes, seed=5),
    }
    return model_of(nodes, [info("x", [batch, 3, size, size])], [info(output, [batch, classes])], constants)


def residual():
    """Two residual blocks, whose branches go round layers, and a matrix without pooling."""
    nodes = [helper.make_node("Conv", ["x", "w0"], ["r0"], kernel_shape=[3, 3], strides=[4, 4])]
    constants = {"w0": weights(6, 3, 3, 3), "w9": weights(6 * 64, 3, gain=0.05)}
    for block in (1, 2):
        constants[f"w{block}"] = weights(6, 6, 3, 3, seed=block)
        nodes += [
            helper.make_node("Conv", [f"r{block - 1}", f"w{block}"], [f"c{block}"], pads=[1] * 4),
            helper.make_node("Relu", [f"c{block}"], [f"a{block}"]),
            helper.make_node("Add", [f"a{block}", f"r{block - 1}"], [f"r{block}"]),
        ]
    nodes += [
        helper.make_node("Flatten", ["r2"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w9"], ["y"]),
    ]
    return model_of(nodes, [info("x", ["n", 3, SIDE, SIDE])], [info("y", ["n", 3])], constants)


def branched():
    """A network with two outputs, one of which needs the picture again, and a constant in a node."""
    constants = {
        "w": weights(4, 3, 3, 3),
        "k": weights(3, 4, 1, 1),
        "sizes": np.array([1, 1, 2, 2], np.float32),
    }
    nodes = [
        helper.make_node("Constant", [], ["half"], value=numpy_helper.from_array(np.float32(0.5), "")),
        helper.make_node("Mul", ["x", "half"], ["scaled"]),
        helper.make_node("Conv", ["scaled", "w"], ["c"], strides=[2, 2], pads=[1] * 4),
        helper.make_node("Sigmoid", ["c"], ["s"]),
        helper.make_node("Mul", ["c", "s"], ["swish"]),
        helper.make_node("GlobalAveragePool", ["swish"], ["pooled"]),
        helper.make_node("Conv", ["swish", "k"], ["narrow"]),
        helper.make_node("Resize", ["narrow", "", "sizes"], ["wide"], mode="nearest"),
        helper.make_node("Mul", ["wide", "half"], ["wider"]),
        helper.make_node("Add", ["wider", "x"], ["mask"]),
    ]
    outputs = [info("mask", ["n", 3, SIDE, SIDE]), info("pooled", ["n", 4, 1, 1])]
    return model_of(nodes, [info("x", ["n", 3, SIDE, SIDE])], outputs, constants)


def saved(model, path: Path) -> Path:
    onnx.save(model, path)
    return path


def try_out_here(path, provider="auto", sample=()):
    """Run a network in this process, in place of `arpipe.custom.trial.try_out`, which takes half a second longer."""
    return trial._run(path, SessionConfig(provider=provider), sample)


def picture(side=SIDE, seed=0):
    return np.random.default_rng(seed).random((1, 3, side, side), np.float32)
