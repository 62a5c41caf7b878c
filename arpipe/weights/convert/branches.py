"""Parallel branches of one shape → one branch with grouped convolutions.

After its cuts the attention mesh runs the same small network over lips and eyes, and again for the irises, with
other weights. Their images are so small that the kernels stay far below their speed. Side by side as channels, the
branches are one branch: a convolution per branch is a convolution with as many groups, and the blocked layout keeps
groups of whole blocks fast. Measured on the whole network, one thread, together with `cuts`: 525 kernels become
224, 2.57 ms become 2.04.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.weights.convert.graph import CHANNEL_BLOCK, Graph, Node

_ALIKE = ("Add", "MaxPool", "Relu", "PRelu", "Conv", "Pad")


@dataclass(frozen=True, eq=False)
class Bundle:
    """Values of one shape that lie side by side as the channels of one value."""

    value: str
    members: tuple[str, ...]


def merge_branches(graph: Graph) -> None:
    """Run the branches that begin at an even split of channels as one, in place."""
    for start in [node for node in graph.nodes if node.kind == "Split" and node.attributes["axis"] == 1]:
        sizes = graph.constants[start.inputs[1]]
        image = start.outputs[0] in graph.shapes and len(graph.shapes[start.outputs[0]]) == 4
        if image and len(set(sizes.tolist())) == 1 and sizes[0] % CHANNEL_BLOCK == 0:
            _Merger(graph, start).run()
    graph.sort()


class _Merger:
    """One run from one split: which value is in which bundle, and what has been gathered so far."""

    def __init__(self, graph: Graph, start: Node) -> None:
        self.graph = graph
        self.start = start
        self.bundles: dict[str, Bundle] = {}
        self.gathered: dict[tuple[str, ...], str] = {}

    def run(self) -> None:
        groups = self._groups()
        if not groups:
            return
        members = tuple(self.start.outputs)
        self.graph.replace(self.start)
        self._keep(Bundle(self._enter_blocks(self.start.inputs[0], members), members))
        for group in groups:
            self._merge(group)
        self._split_what_is_still_read()

    def _keep(self, bundle: Bundle) -> None:
        self.bundles |= dict.fromkeys(bundle.members, bundle)

    def _groups(self) -> list[list[Node]]:
        """Nodes of one role: the same kind and parameters after the same way from the start."""
        roles: dict[str, object] = dict.fromkeys(self.start.outputs, "start")
        groups: dict[object, list[Node]] = {}
        for node in self.graph.nodes:
            data = [name for name in node.inputs if name not in self.graph.constants]
            if (
                node.kind not in _ALIKE
                or not all(name in roles for name in data)
                or not self._in_blocks(node)
            ):
                continue
            # Roles are nested; the number of the group stands for the whole way that led to it.
            key = (node.kind, self._parameters(node), tuple(roles[name] for name in data))
            groups.setdefault(key, []).append(node)
            roles[node.outputs[0]] = list(groups).index(key)
        return [group for group in groups.values() if len(group) > 1]

    def _parameters(self, node: Node) -> str:
        constants = [self.graph.constants[name] for name in node.inputs if name in self.graph.constants]
        described = [array.tolist() if node.kind == "Pad" else array.shape for array in constants]
        return repr((sorted(node.attributes.items()), described))

    def _in_blocks(self, node: Node) -> bool:
        """Whether side by side the node keeps whole blocks; and, of paddings, only those of channels."""
        if node.kind == "Pad":
            pads = self.graph.constants[node.inputs[1]]
            return not np.delete(pads, 5).any() and pads[5] % CHANNEL_BLOCK == 0
        return node.kind != "Conv" or len(self.graph.constants[node.inputs[1]]) % CHANNEL_BLOCK == 0

    def _merge(self, group: list[Node]) -> None:
        """Put one node in the place of a group."""
        graph = self.graph
        group = sorted(group, key=lambda node: self._place(node.inputs[0]))
        columns = list(zip(*(node.inputs for node in group), strict=True))
        constant = [column[0] in graph.constants for column in columns]
        inputs = [
            "" if is_constant else self._side_by_side(column)
            for column, is_constant in zip(columns, constant, strict=True)
        ]
        value = graph.fresh("branches")
        merged = Node(group[0].kind, inputs, [value], dict(group[0].attributes))
        if merged.kind == "Pad":
            self._pad_by_convolution(merged, group)
        else:
            for place, column in enumerate(columns):
                if constant[place]:
                    together = np.concatenate([graph.constants[name] for name in column])
                    merged.inputs[place] = graph.constant(together, "branches")
            if merged.kind == "Conv":
                merged.attributes["group"] *= len(group)
        for node in group[1:]:
            graph.replace(node)
        graph.replace(group[0], merged)
        self._keep(Bundle(value, tuple(node.outputs[0] for node in group)))

    def _place(self, value: str) -> int:
        return self.bundles[value].members.index(value)

    def _side_by_side(self, values: tuple[str, ...]) -> str:
        """One value with these as its channels: a bundle as it is, or gathered anew where branches fork."""
        bundle = self.bundles[values[0]]
        if bundle.members == values:
            return bundle.value
        if values not in self.gathered:
            together = self.graph.add("Concat", values, axis=1)
            self.gathered[values] = self._enter_blocks(together, values)
        return self.gathered[values]

    def _enter_blocks(self, value: str, members: Sequence[str]) -> str:
        """Multiply by 1, as a convolution: the runtime changes layout there, once, not at every Add that follows."""
        ones = np.ones((sum(self.graph.shapes[member][1] for member in members), 1, 1, 1), np.float32)
        attributes = {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0], "group": len(ones)}
        return self.graph.add("Conv", [value, self.graph.constant(ones, "branches")], **attributes)

    def _pad_by_convolution(self, merged: Node, group: list[Node]) -> None:
        """Empty channels after each branch's own: a grouped 1×1 convolution with the identity."""
        channels = self.graph.shapes[group[0].outputs[0]][1]
        kept = self.graph.shapes[group[0].inputs[0]][1]
        identity = np.eye(channels, kept, dtype=np.float32).reshape(channels, kept, 1, 1)
        weights = self.graph.constant(np.concatenate([identity] * len(group)), "branches")
        merged.kind, merged.inputs = "Conv", [merged.inputs[0], weights]
        merged.attributes = {
            "group": len(group),
            "kernel_shape": [1, 1],
            "strides": [1, 1],
            "pads": [0, 0, 0, 0],
        }

    def _split_what_is_still_read(self) -> None:
        read = {name for node in self.graph.nodes for name in node.inputs}
        for bundle in dict.fromkeys(self.bundles.values()):
            if not read.intersection(bundle.members):
                continue
            sizes = np.array([self.graph.shapes[member][1] for member in bundle.members])
            inputs = [bundle.value, self.graph.constant(sizes)]
            self.graph.nodes.append(Node("Split", inputs, list(bundle.members), {"axis": 1}))
