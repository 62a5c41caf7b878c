"""Loads a glTF file into a `GltfModel`."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from arpipe.errors import GltfError, MissingExtra
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import DRAWN_EXTENSIONS, Document
from arpipe.io.gltf.geometry import read_meshes
from arpipe.io.gltf.levels import read_levels
from arpipe.io.gltf.materials import read_material
from arpipe.io.gltf.model import Credits, GltfModel
from arpipe.io.gltf.scene import read_nodes
from arpipe.io.gltf.skins import place_skins
from arpipe.io.gltf.textures import TextureTable


def load_gltf(path: Path) -> GltfModel:
    """Load a .glb or .gltf file with everything that it refers to.

    Raises:
        GltfError: The file is missing, damaged, too large or requires unsupported features; the message names the
            file, the place in it, what is wrong and what to do.
        MissingExtra: It is compressed, and the decoder is not installed.
    """
    try:
        return _load(path)
    except GltfError as error:
        raise GltfError(f"{path}: {error}") from error
    except MissingExtra as error:
        raise MissingExtra(f"{path}: {error}") from error


def _load(path: Path) -> GltfModel:
    document = Document(path)
    gltf = document.gltf
    textures = TextureTable(document)
    materials = tuple(
        read_material(material, index, textures) for index, material in enumerate(gltf.materials)
    )
    placed = read_nodes(gltf)
    nodes = tuple(placed.values())
    model = GltfModel(
        nodes=nodes,
        roots=tuple(index for index, node in enumerate(nodes) if node.parent is None),
        meshes=read_meshes(document),
        materials=materials,
        textures=textures.textures,
        notes=(*document.notes, *_notes(gltf)),
        credits=_credits(gltf.asset),
    )
    _check_reach(model)
    model = _with_levels(model, gltf, tuple(placed))
    model = place_skins(document, model, {index: number for number, index in enumerate(placed)})
    _check_reach(model)
    model = _without_flat(model)
    if all(node.mesh is None for node in model.nodes):
        raise GltfError("the scene has no mesh to draw; export a file with a visible object")
    return model


def _with_levels(model: GltfModel, gltf: schema.Gltf, indices: tuple[int, ...]) -> GltfModel:
    """Return the model with the levels of detail of its nodes; `indices` are those of the nodes in the file."""
    nodes, notes, placed = [], list(model.notes), frozenset(indices)
    for index, node, matrix in zip(indices, model.nodes, model.model_from_node(), strict=True):
        levels = read_levels(gltf, index, placed, model.meshes, matrix)
        if isinstance(levels, str):
            notes.append(levels)
            nodes.append(node)
        else:
            nodes.append(replace(node, levels=levels))
    return replace(model, nodes=tuple(nodes), notes=tuple(notes))


def _without_flat(model: GltfModel) -> GltfModel:
    """Leave out the meshes of nodes that are scaled to a line or a point, which have nothing to draw."""
    notes = list(model.notes)
    nodes = list(model.nodes)
    for index, matrix in enumerate(model.model_from_node()):
        node, linear = nodes[index], matrix[:3, :3]
        if node.mesh is not None and np.linalg.matrix_rank(linear) < 2:
            scale = ", ".join(f"{length:g}" for length in np.linalg.norm(linear, axis=0))
            notes.append(f"node {node.name[:60]!r} is scaled by {scale} and is not drawn")
            nodes[index] = replace(node, mesh=None, levels=())
    return replace(model, nodes=tuple(nodes), notes=tuple(notes))


def _check_reach(model: GltfModel) -> None:
    """Reject a tree whose transforms overflow, such as a chain of huge scales."""
    with np.errstate(over="ignore", invalid="ignore"):
        for index, matrix in enumerate(model.model_from_node()):
            if not (np.abs(matrix) < np.finfo(np.float32).max).all():
                name = model.nodes[index].name
                raise GltfError(f"node {name!r}: its transform is not finite; export it again")


def _credits(asset: schema.Asset) -> Credits:
    extras = asset.extras or schema.AssetExtras()
    return Credits(extras.title, extras.author, extras.license or asset.copyright)


def _notes(gltf: schema.Gltf) -> tuple[str, ...]:
    notes = []
    if gltf.animations:
        notes.append(f"{len(gltf.animations)} animation(s) are ignored; the model keeps its rest pose")
    if gltf.cameras:
        notes.append(f"{len(gltf.cameras)} camera(s) are ignored")
    if any(primitive.targets for mesh in gltf.meshes for primitive in mesh.primitives):
        notes.append("morph targets are ignored; the rest shape is drawn")
    unknown = sorted(set(gltf.extensions_used) - DRAWN_EXTENSIONS - set(gltf.extensions_required))
    notes.extend(f"extension {name[:60]!r} is ignored" for name in unknown)
    return tuple(notes)
