"""The graph under construction: nodes in order, constants by name, known shapes; and its conversion to ONNX."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from arpipe.errors import WeightsError

OPSET = 17  # GridSample came with 16, LayerNormalization with 17; every ONNX Runtime since 1.12 reads it
IR_VERSION = 8
CHANNEL_BLOCK = 16  # channels in the widest block (AVX-512) of the layout that the CPU kernels prefer

Constant = NDArray[np.generic]
Attributes = dict[str, Any]
"""ONNX attributes by name: numbers, text or lists of numbers."""


@dataclass(eq=False)
class GraphNode:
    """One ONNX node; `inputs` and `outputs` are value names, "" for an absent optional input."""

    kind: str
    inputs: list[str]
    outputs: list[str]
    attributes: Attributes = field(default_factory=dict)


@dataclass
class Graph:
    """A graph that operators append to and passes rewrite.

    Rank-4 values are NCHW, whatever the layout of the source.

    Attributes:
        constants: Name → array.
        shapes: Name → shape with batch 1, for every value an operator of the source produced.
        inputs: Name → shape with batch 1.
        outputs: Name → shape with batch 1.
        batch: Size of the batch dimension; a name if it is free.
    """

    nodes: list[GraphNode] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    batch: int | str = "n"
    _counter: Counter[str] = field(default_factory=Counter)

    def fresh(self, stem: str) -> str:
        """Return an unused value name."""
        self._counter[stem] += 1
        return f"{stem}_{self._counter[stem]}"

    def constant(self, array: Constant | np.generic, stem: str = "constant") -> str:
        """Add a constant and return its name."""
        name = self.fresh(stem)
        self.constants[name] = np.ascontiguousarray(array)
        return name

    def add(self, kind: str, inputs: Iterable[str], /, **attributes: Any) -> str:
        """Append a node with one output and return the output's name."""
        name = self.fresh(kind.lower())
        self.nodes.append(GraphNode(kind, list(inputs), [name], attributes))
        return name

    def slice(self, value: str, begin: int, end: int, axis: int) -> str:
        """Append a node that takes the places from `begin` to before `end` along an axis; return its output's name."""
        bounds = (self.constant(np.array([number]), "slice") for number in (begin, end, axis))
        return self.add("Slice", [value, *bounds])

    def replace(self, node: GraphNode, *replacements: GraphNode) -> None:
        """Replace a node with others; without others, remove it."""
        place = self.nodes.index(node)
        self.nodes[place : place + 1] = replacements

    def rename(self, old: str, new: str) -> None:
        """Make every reader of one value read another, which inherits its shape."""
        self.shapes[new] = self.shapes.get(old, self.shapes.get(new, ()))
        for node in self.nodes:
            node.inputs = [new if name == old else name for name in node.inputs]

    def prune(self) -> None:
        """Remove nodes whose outputs are not used."""
        producers = {name: node for node in self.nodes for name in node.outputs}
        waiting, read = list(self.outputs), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in read:
                read.add(name)
                waiting += producers[name].inputs if name in producers else []
        self.nodes = [node for node in self.nodes if read.intersection(node.outputs)]

    def sort(self) -> None:
        """Sort nodes topologically, changing their order as little as possible."""
        known = {*self.inputs, *self.constants, ""}
        waiting, self.nodes = self.nodes, []
        while waiting:
            later = []
            for node in waiting:
                if known.issuperset(node.inputs):
                    self.nodes.append(node)
                    known.update(node.outputs)
                else:
                    later.append(node)
            if len(later) == len(waiting):
                missing = sorted({*waiting[0].inputs} - known)
                raise WeightsError(f"the network reads {missing[0]!r} before any node computes it")
            waiting = later

    def consumers(self, value: str) -> list[GraphNode]:
        """Return the nodes that read a value, in order."""
        return [node for node in self.nodes if value in node.inputs]

    def producer(self, value: str) -> GraphNode | None:
        """Return the node that writes a value; None for an input or a constant."""
        return next((node for node in self.nodes if value in node.outputs), None)


def pointwise(group: int) -> Attributes:
    """Return the attributes of a 1×1 convolution."""
    return {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0], "group": group}


def to_onnx(graph: Graph, name: str, version: str = "") -> onnx.ModelProto:
    """Convert the graph to a checked ONNX model."""
    used = {value for node in graph.nodes for value in node.inputs}
    nodes = [
        helper.make_node(node.kind, node.inputs, node.outputs, **node.attributes) for node in graph.nodes
    ]
    values = {
        side: [
            helper.make_tensor_value_info(key, onnx.TensorProto.FLOAT, [graph.batch, *shape[1:]])
            for key, shape in shapes.items()
        ]
        for side, shapes in (("inputs", graph.inputs), ("outputs", graph.outputs))
    }
    model = helper.make_model(
        helper.make_graph(
            nodes,
            name,
            values["inputs"],
            values["outputs"],
            [numpy_helper.from_array(array, key) for key, array in graph.constants.items() if key in used],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="arpipe",
        producer_version=version,
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model)
    return model
