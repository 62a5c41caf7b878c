"""A pack: its parts, materials, effect.toml and README."""

from collections.abc import Callable
from dataclasses import dataclass, field

from glasses.curves import Array
from glasses.front import Front
from glasses.materials import Material
from glasses.meshes import Mesh

Attribute = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh of a node, as worn, mm.

    Attributes:
        node: glTF node it belongs to.
        material: Name of its material.
        mesh: Welded mesh.
        crease_deg: Angle between faces above which their edge stays hard.
        uv: (n, 3) positions -> (n, 2) texture coordinates, or None.
        color: (n, 3) positions -> (n, 4) linear vertex colours, or None.
        ball: Centre of the sphere that the mesh lies on, worn mm, for exact normals; or None.
    """

    node: str
    material: str
    mesh: Mesh
    crease_deg: float = 50.0
    uv: Attribute | None = None
    color: Attribute | None = None
    ball: tuple[float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Pack:
    """The content of a pack's folder.

    Attributes:
        name: Folder and effect name.
        title: Name in menus.
        description: One sentence.
        tags: Words to search for.
        front: Dimensions of the front.
        temple_mm: Length of a temple along its centre line.
        vertex_distance_mm: Distance from lens to cornea that the model is designed for.
        frame_width_mm: Overall width of the front.
        materials: glTF materials.
        parts: Meshes, in the order of the file.
        pivots: Node name -> its origin as worn, mm.
        images: PNG files, in texture order.
    """

    name: str
    title: str
    description: str
    tags: list[str]
    front: Front
    temple_mm: float
    vertex_distance_mm: float
    frame_width_mm: float
    materials: list[Material]
    parts: list[Part]
    pivots: dict[str, tuple[float, float, float]]
    images: list[bytes] = field(default_factory=list)
    author: str = "arpipe"
    license: str = "Apache-2.0"


def effect_toml(pack: Pack) -> str:
    """Return the text of the pack's effect.toml."""
    front = pack.front
    tags = ", ".join(f'"{tag}"' for tag in pack.tags)
    return f"""\
# Written by assets/generators; change the style in glasses/styles there.
schema = 1
name = "{pack.name}"
title = "{pack.title}"
description = "{pack.description}"
author = "{pack.author}"
license = "{pack.license}"
tags = [{tags}]

[[layers]]
kind = "rigid_mesh"
model = "model.glb"
anchor = "glasses"
fit = "face"

[layers.glasses]
lens_width_mm = {front.lens_width:.1f}
lens_height_mm = {front.lens_height:.1f}
bridge_mm = {front.bridge:.1f}
temple_mm = {pack.temple_mm:.1f}
vertex_distance_mm = {pack.vertex_distance_mm:.1f}
pantoscopic_deg = {front.pantoscopic_deg:.1f}
wrap_deg = {front.wrap_deg:.1f}
frame_width_mm = {pack.frame_width_mm:.1f}
"""


def readme(pack: Pack) -> str:
    """Return the text of the pack's README.md."""
    front = pack.front
    return f"""\
# {pack.title}

{pack.description} {front.lens_width:.0f}□{front.bridge:.0f} {pack.temple_mm:.0f}, made by
`python assets/generators/make.py {pack.name}`.

Licence: {pack.license}, © the arpipe authors. Modelled from scratch; no third-party shape, texture or logo.
"""
