"""Other materials for a model: colours and surfaces of the file replaced by name."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from pydantic import Field

from arpipe.effects.params import Color, EffectParams
from arpipe.errors import GltfError
from arpipe.io.gltf.model import Floats, GltfModel, Material, Primitive
from arpipe.render.color import LUMINANCE, linear_from_srgb
from arpipe.spelling import nearest

DARKEST, LIGHTEST = 1e-3, 0.999  # limits of luminances whose logarithm is used

_Dyed = tuple[int | None, int]  # material, and identity of the vertex colours


class MaterialChange(EffectParams):
    """Changes to one material of a model; None keeps the value of the file.

    Attributes:
        color: Colour in place of the file's. On transparent material, the colour of white paper seen through it. A
            gradient of vertex colours keeps its densities: its densest part has this colour.
        texture: Whether the file's colour texture and vertex colours still apply.
        metallic: 0 for dielectrics such as acetate, 1 for metal.
        roughness: 0 is a mirror, 1 is matt.
        transmission: Share of the light that passes, 0 to 1.
        clearcoat: Strength of a polished coat, 0 to 1.
    """

    color: Color | None = None
    texture: bool = True
    metallic: float | None = Field(default=None, ge=0, le=1)
    roughness: float | None = Field(default=None, ge=0, le=1)
    transmission: float | None = Field(default=None, ge=0, le=1)
    clearcoat: float | None = Field(default=None, ge=0, le=1)


def with_materials(model: GltfModel, changes: Mapping[str, MaterialChange]) -> GltfModel:
    """Return a model with other materials.

    Args:
        model: The model.
        changes: Name of a material in the file → changes to it.

    Raises:
        GltfError: The model has no material of that name.
    """
    known = [material.name for material in model.materials]
    for name in changes:
        if name not in known:
            raise GltfError(f"materials: the model has no material {name!r}{nearest(name, known)}")
    changed = {place: changes[name] for place, name in enumerate(known) if name in changes}
    recolored: dict[
        _Dyed, Floats
    ] = {}  # by identity, because levels of detail share the arrays of their node
    return replace(
        model,
        materials=tuple(_changed(each, changes.get(each.name)) for each in model.materials),
        meshes=tuple(tuple(_primitive(each, changed, recolored) for each in mesh) for mesh in model.meshes),
    )


def _changed(material: Material, change: MaterialChange | None) -> Material:
    if change is None:
        return material
    values = {name: getattr(change, name) for name in ("metallic", "roughness", "transmission", "clearcoat")}
    color = material.base_color_factor
    if change.color is not None:
        color = np.append(_linear(change.color), color[3]).astype(np.float32)
    return replace(
        material,
        base_color_factor=color,
        base_color_texture=material.base_color_texture if change.texture else None,
        **{name: value for name, value in values.items() if value is not None},
    )


def _primitive(
    primitive: Primitive, changed: Mapping[int, MaterialChange], recolored: dict[_Dyed, Floats]
) -> Primitive:
    """Return a primitive whose vertex colours fit the changed material."""
    change = None if primitive.material is None else changed.get(primitive.material)
    if change is None or primitive.colors is None:
        return primitive
    if not change.texture:
        return replace(primitive, colors=None)
    if change.color is None:
        return primitive
    key = primitive.material, id(primitive.colors)
    if key not in recolored:
        recolored[key] = _gradient(primitive.colors, _linear(change.color))
    return replace(primitive, colors=recolored[key])


def _gradient(colors: Floats, color: Floats) -> Floats:
    """Return factors that give a gradient another dye of the same relative densities, by Beer and Lambert's law."""
    densities = -np.log(np.clip(colors[:, :3] @ LUMINANCE, DARKEST, LIGHTEST))
    relative = densities / densities.max()
    factors = colors.copy()
    factors[:, :3] = np.maximum(color, DARKEST) ** (relative[:, None] - 1.0)
    return factors


def _linear(color: Color) -> Floats:
    return linear_from_srgb(np.rint(255.0 * np.array(color)).astype(np.uint8)).astype(np.float32)
