"""A pack: its parts, materials, effect.toml and README."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from glasses.curves import Array
from glasses.materials import Material
from glasses.meshes import Mesh
from glasses.style import Style

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
        style: Dimensions and texts.
        frame_width_mm: Overall width of the front.
        materials: glTF materials.
        parts: Meshes, in the order of the file.
        pivots: Node name → its origin as worn, mm.
        images: PNG files, in texture order.
    """

    style: Style
    frame_width_mm: float
    materials: list[Material]
    parts: list[Part]
    pivots: dict[str, tuple[float, float, float]]
    images: list[bytes] = field(default_factory=list)
    author: str = "arpipe"
    license: str = "Apache-2.0"


def effect_toml(pack: Pack) -> str:
    """Return the text of the pack's effect.toml."""
    style, front = pack.style, pack.style.front
    tags = ", ".join(f'"{tag}"' for tag in style.tags)
    return f"""\
# Written by assets/generators; change the style in glasses/styles there.
schema = 1
name = "{style.name}"
title = "{style.title}"
description = "{style.description}"
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
temple_mm = {style.temple_mm:.1f}
vertex_distance_mm = {style.vertex_distance_mm:.1f}
pantoscopic_deg = {front.pantoscopic_deg:.1f}
wrap_deg = {front.wrap_deg:.1f}
frame_width_mm = {pack.frame_width_mm:.1f}
{"".join(_preset(name, preset) for name, preset in style.presets.items())}"""


def _preset(name: str, preset: dict[str, Any]) -> str:
    """Return the table of a preset."""
    changes = (
        f"set.materials.{material} = {{ {_inline(change)} }}\n"
        for material, change in preset.get("materials", {}).items()
    )
    head = f"\n[presets.{name}]\n" + "".join(
        f"{key} = {json.dumps(preset[key])}\n" for key in ("title", "swatch")
    )
    return head + "".join(changes)


def _inline(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())


def readme(pack: Pack) -> str:
    """Return the text of the pack's README.md."""
    style, front = pack.style, pack.style.front
    return f"""\
# {style.title}

{style.description} {front.lens_width:.0f}□{front.bridge:.0f} {style.temple_mm:.0f}, made by
`python assets/generators/make.py {style.name}`.

Licence: {pack.license}, © the arpipe authors. Modelled from scratch; no third-party shape, texture or logo.
"""
