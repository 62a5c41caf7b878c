"""Places skinned meshes in their rest pose, in which all joints move the mesh alike."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf.accessors import read_floats
from arpipe.io.gltf.container import Document, pick
from arpipe.io.gltf.model import GltfModel, Node

TOLERANCE = 1e-3  # of the largest entry: exporters write float32


def place_skins(document: Document, model: GltfModel, placed: Mapping[int, int]) -> GltfModel:
    """Return the model with its skinned meshes where their joints hold them.

    glTF ignores the transform of the node of a skinned mesh, so each gets a separate node at the root.

    Args:
        document: The open file.
        model: Nodes as in the file.
        placed: Index in the file → index in the model, of all nodes of the scene.

    Raises:
        GltfError: The joints hold the mesh in another pose than the one in which it was modelled.
    """
    matrices = model.model_from_node()
    nodes, notes = list(model.nodes), list(model.notes)
    for index, number in placed.items():
        skin, node = document.gltf.nodes[index].skin, nodes[number]
        if skin is None or node.mesh is None:
            continue
        where = f"nodes[{index}]"
        joints = {joint: matrices[place] for joint, place in placed.items()}
        matrix = _rest_matrix(document, skin, joints, where)
        nodes[number] = replace(node, name="", mesh=None, levels=())
        nodes.append(Node(node.name, None, matrix, node.mesh))
        notes.append(f"node {node.name[:60]!r} is skinned; it keeps its rest pose")
    roots = tuple(index for index, node in enumerate(nodes) if node.parent is None)
    return replace(model, nodes=tuple(nodes), roots=roots, notes=tuple(notes))


def _rest_matrix(document: Document, index: int, joints: Mapping[int, Array], where: str) -> Array:
    """Return the (4, 4) transform that all joints of a skin give to its mesh."""
    skin = pick(document.gltf.skins, index, "skins", where)
    here = f"skins[{index}]"
    if skin.inverse_bind_matrices is None:
        inverses = np.tile(np.eye(4), (len(skin.joints), 1, 1))
    else:
        raw = read_floats(document, skin.inverse_bind_matrices, (16,), here)
        inverses = raw.astype(np.float64).reshape(-1, 4, 4).swapaxes(1, 2)
    missing = [joint for joint in skin.joints if joint not in joints]
    if missing or len(inverses) < len(skin.joints):
        raise GltfError(f"{here}: joints or their matrices are missing from the scene; export it again")
    with np.errstate(over="ignore", invalid="ignore"):
        transforms = np.stack(
            [joints[joint] @ inverse for joint, inverse in zip(skin.joints, inverses, strict=False)]
        )
    first: Array = transforms[0]
    if not (np.abs(transforms - first) <= TOLERANCE * np.abs(first).max()).all():
        raise GltfError(
            f"{where}: is skinned and posed; arpipe draws rigid meshes, apply the pose and export again"
        )
    return first
