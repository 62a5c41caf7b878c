"""Cutting a network in two: a head up to a layer, and a tail from there on."""

from dataclasses import dataclass

import onnx
from onnx.utils import Extractor

from arpipe.custom.inner import find_value, real_inputs, with_shapes
from arpipe.errors import ModelError
from arpipe.io.guard import guarded


@dataclass(frozen=True, slots=True, eq=False)
class CutModel:
    """Two halves of a network; the tail, fed with what the head answers, answers as the whole.

    Attributes:
        head: From the input to the layer.
        tail: From the layer to the outputs.
        passed: Names of the values that pass from head to tail: the layer's first, then those that go round it.
        needs_input: Whether the tail takes the network's input, too.
    """

    head: onnx.ModelProto
    tail: onnx.ModelProto
    passed: tuple[str, ...]
    needs_input: bool


def cut(model: onnx.ModelProto, layer: str) -> CutModel:
    """Cut a network behind a layer.

    The head has everything that the layer depends on. Where a branch goes round the layer, as in a residual block, the
    values of the branch pass from head to tail as well.

    Args:
        model: The model.
        layer: Name of a layer, or of a value that it computes.

    Raises:
        ModelError: There is no such layer, or the cut leaves nothing on one side.
    """
    value = find_value(model, layer)
    before = _ancestors(model, value)
    outputs = [output.name for output in model.graph.output]
    behind = [node for node in model.graph.node if not before.intersection(node.output)]
    if not behind:
        raise ModelError(f"there is nothing behind layer {layer!r}; cut before it")
    read = {name for node in behind for name in node.input} | set(outputs)
    inputs = [entry.name for entry in real_inputs(model)]
    passed = tuple(dict.fromkeys([value, *sorted(before & read & _depending(model, inputs))]))
    around = [name for name in inputs if name in read]
    advice = "export it again, with one graph and no functions"
    with guarded(ModelError, f"layer {layer!r}: the network cannot be cut there", advice):
        extractor = Extractor(with_shapes(model))
        head = extractor.extract_model(inputs, list(passed))
        tail = extractor.extract_model([*passed, *around], outputs)
    return CutModel(head, tail, passed, bool(around))


def _ancestors(model: onnx.ModelProto, value: str) -> set[str]:
    """Return all values that nodes compute on the way to a value, itself included."""
    producers = {name: node for node in model.graph.node for name in node.output}
    waiting, found = [value], set[str]()
    while waiting:
        node = producers.get(waiting.pop())
        if node is not None and not found.issuperset(node.output):
            found.update(node.output)
            waiting += node.input
    return found


def _depending(model: onnx.ModelProto, inputs: list[str]) -> set[str]:
    """Return all values that depend on the inputs; the others are constants, which both halves compute themselves."""
    found = set(inputs)
    for node in model.graph.node:  # ONNX wants them in order
        if found.intersection(node.input):
            found.update(node.output)
    return found
