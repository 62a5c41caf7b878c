"""Makeup as data: the surfaces that it is applied to, and what is applied to them in one frame.

Kinds of makeup describe, and brushes draw (`brushes`): one with OpenGL, one on the CPU. A shader is named once, by
`Surface.shader`: `shaders/<name>.frag` for OpenGL, `arpipe_draw_<name>` of the compiled library for the CPU. Both
take the same vertices and the same values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.curves import Floats, Indices
from arpipe.effects.makeup.smoothing import SmoothingMap
from arpipe.geometry.transforms import Array

Value = float | Sequence[float] | Array
"""A number, a vector, or an (n, k) array of vectors."""


Texels = npt.NDArray[np.uint8 | np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class UvTexture:
    """A constant picture in the UV layout.

    Attributes:
        name: Its name in the shader, without prefix.
        pixels: (side, side, 4) uint8, or float16 of linear light.
        blends_levels: Whether smaller versions of it are blended into each other, or the nearest one is taken.
    """

    name: str
    pixels: Texels
    blends_levels: bool


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A mesh that makeup is applied to, with the shader that applies it; it does not change between frames.

    Attributes:
        shader: Name of the shader.
        count: Number of vertices.
        triangles: (m, 3) indices of vertices.
        uv: (n, 2) places of the vertices in the UV layout, for the skin of a face; None for shapes drawn over it.
        options: Numbers that the shader is compiled for.
        textures: What it samples.
    """

    shader: str
    count: int
    triangles: Indices
    uv: Floats | None = None
    options: Mapping[str, int] = field(default_factory=dict)
    textures: tuple[UvTexture, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """Makeup on a surface of one face in one frame.

    Attributes:
        surface: The surface.
        vertices: (n, 6) per vertex: position (image px; z negative towards the camera) and normal of skin; position
            (x, y) and four values of shapes, see their shader.
        values: What the shader takes besides `uniforms.appearance`, by name.
        smoothing: Map of factors for the skin, if the surface evens it out and the face is in the picture.
    """

    surface: Surface
    vertices: Floats
    values: Mapping[str, Value]
    smoothing: SmoothingMap | None = None
