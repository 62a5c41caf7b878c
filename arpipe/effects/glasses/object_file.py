"""Loads the model of an object on the head: in metres, upright, sorted for drawing and measured for fitting."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from arpipe.effects.glasses.fit import ModelShape
from arpipe.effects.glasses.materials import MaterialChange, with_materials
from arpipe.effects.glasses.model_shape import TEMPLES, measure_model
from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array, rotation_about
from arpipe.io.gltf import GltfModel, load_gltf
from arpipe.render.object_mesh import ObjectMesh, object_mesh

Unit = Literal["m", "cm", "mm", "in"]
UNITS_M: dict[Unit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}


@dataclass(frozen=True, slots=True, eq=False)
class LoadedObject:
    """A model ready to be built.

    Attributes:
        model: The whole file, in metres.
        mesh: Its batches; temples are parts of their own.
        shape: Its measurements.
    """

    model: GltfModel
    mesh: ObjectMesh
    shape: ModelShape


def load_object(
    path: Path,
    unit: Unit,
    rotate_deg: tuple[float, float, float],
    has_temples: bool,
    materials: Mapping[str, MaterialChange] = MappingProxyType({}),
) -> LoadedObject:
    """Load a model.

    Args:
        path: A .glb or .gltf file.
        unit: Unit of its coordinates.
        rotate_deg: Rotation about x, then y, then z.
        has_temples: Whether the nodes of temples move on their own.
        materials: Name of a material of the file → changes to it.

    Raises:
        GltfError: The file cannot be used.
        MissingExtra: It is compressed, and the decoder is not installed.
    """
    model = load_gltf(path)
    if unit != "m" or any(rotate_deg):
        model = model.transformed(UNITS_M[unit] * rotation_of(rotate_deg))
    try:
        model = with_materials(model, materials)
        mesh = object_mesh(model, tuple(TEMPLES) if has_temples else ())
        return LoadedObject(model, mesh, measure_model(mesh, model))
    except GltfError as error:
        raise GltfError(f"{path}: {error}") from error


def rotation_of(rotate_deg: tuple[float, float, float]) -> Array:
    """Return the (3, 3) rotation about x, then y, then z."""
    x, y, z = np.deg2rad(rotate_deg)
    rotation: Array = rotation_about("z", z) @ rotation_about("y", y) @ rotation_about("x", x)
    return rotation
