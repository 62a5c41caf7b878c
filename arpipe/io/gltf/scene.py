"""Reads the node tree of the default scene."""

from collections import deque

import numpy as np

from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import pick
from arpipe.io.gltf.model import Node


def read_nodes(gltf: schema.Gltf) -> dict[int, Node]:
    """Return index in the file → node for all nodes reachable from the scene's roots, parents before children.

    Raises:
        GltfError: A node has two parents or is its own ancestor, or a transform is not finite.
    """
    waiting: deque[tuple[int, int | None]] = deque((root, None) for root in _roots(gltf))
    nodes: dict[int, Node] = {}
    while waiting:
        index, parent = waiting.popleft()
        node = pick(gltf.nodes, index, "nodes", "scene" if parent is None else "nodes.children")
        if index in nodes:
            raise GltfError(
                f"nodes[{index}]: is reachable twice, so the nodes are not a tree; export it again"
            )
        nodes[index] = _read_node(gltf, index, node, parent)
        waiting.extend((child, len(nodes) - 1) for child in node.children)
    if not nodes:
        raise GltfError("scene: there are no nodes; export a file with a visible object")
    return nodes


def _roots(gltf: schema.Gltf) -> list[int]:
    if gltf.scenes:
        return pick(gltf.scenes, gltf.scene or 0, "scenes", "scene").nodes
    children = {child for node in gltf.nodes for child in node.children}
    return [index for index in range(len(gltf.nodes)) if index not in children]


def _read_node(gltf: schema.Gltf, index: int, node: schema.NodeEntry, parent: int | None) -> Node:
    where = f"nodes[{index}]"
    if node.mesh is not None:
        pick(gltf.meshes, node.mesh, "meshes", where)
    return Node(node.name, parent, _matrix(node, where), node.mesh)


def _matrix(node: schema.NodeEntry, where: str) -> Array:
    """Return the (4, 4) `parent_from_node`: the matrix in the file, or translation @ rotation @ scale."""
    if node.matrix is not None:
        return np.asarray(node.matrix, dtype=np.float64).reshape(4, 4).T.copy()
    quaternion = np.asarray(node.rotation, dtype=np.float64)
    largest = float(np.abs(quaternion).max())
    if largest == 0.0:
        raise GltfError(f"{where}: rotation is all zero; export it again")
    quaternion /= largest  # so that the squares of huge or tiny components stay finite
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    matrix = np.eye(4)
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    with np.errstate(over="ignore"):  # `load_gltf` rejects the result later, naming the node
        matrix[:3, :3] = rotation * np.asarray(node.scale, dtype=np.float64)
    matrix[:3, 3] = node.translation
    return matrix
