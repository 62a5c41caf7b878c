"""Regions being drawn, and copies of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import moderngl
import numpy as np

from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, Phase
from arpipe.render.resources import Target
from arpipe.render.view import Region, View
from arpipe.types import Pixels

GL_FRAMEBUFFER_SRGB = 0x8DB9  # blend in linear light, store sRGB bytes
GL_SRC1_COLOR = 0x88F9  # second output of the fragment shader


@contextmanager
def linear_light(gl: moderngl.Context) -> Iterator[None]:
    """Write what shaders give as linear light, stored as sRGB."""
    gl.enable_direct(GL_FRAMEBUFFER_SRGB)
    try:
        yield
    finally:
        gl.disable_direct(GL_FRAMEBUFFER_SRGB)


def color_of(target: Target) -> moderngl.Texture:
    """The texture of a single-sampled target; ValueError for a multisampled one."""
    if target.color is None:
        raise ValueError("a multisampled target has no texture to read; resolve it first")
    return target.color


class Copier:
    """Copies one target's colour into another."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._program = context.resources.program("copy.vert", "copy.frag")
        self._triangle = context.gl.vertex_array(self._program.compiled, [])

    def draw(self, source: Target) -> None:
        """Fill the bound viewport from a single-sampled target, pixel by pixel."""
        self._context.gl.enable_only(moderngl.NOTHING)
        color_of(source).use(0)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def copy_of(self, source: Target, width: int, height: int) -> moderngl.Texture:
        """Texture with the present contents of a target."""
        single = source
        if source.color is None:
            single = self._context.resources.target("resolved", width, height)
            self.resolve(source, single)
        copy = self._context.resources.target("backdrop", width, height)
        copy.framebuffer.use()
        copy.framebuffer.viewport = (0, 0, width, height)
        with linear_light(self._context.gl):
            self.draw(single)
        return color_of(copy)

    def resolve(self, source: Target, single: Target) -> None:
        """Bring the contents of a multisampled target into a single-sampled one."""
        with linear_light(self._context.gl):
            self._context.gl.copy_framebuffer(single.framebuffer, source.framebuffer)

    def close(self) -> None:
        """Release the vertex array; may be called twice."""
        self._triangle.release()


def read_back(target: Target, width: int, height: int) -> Pixels:
    """(height, width, 4) RGBA; waits for the drawing."""
    drawn: Pixels = np.empty((height, width, 4), dtype=np.uint8)
    target.framebuffer.read_into(drawn, viewport=(0, 0, width, height), components=4, alignment=1)
    return drawn


@dataclass(slots=True, eq=False)
class RegionCanvas:
    """A region being drawn; see `layer.Canvas`."""

    context: GlContext
    phase: Phase
    region: Region
    view: View
    config: RenderConfig
    samples: tuple[int, int]
    target: Target
    copier: Copier
    untouched: Pixels | None = None
    """(rows, columns, 4) RGBA of the samples while nothing has been drawn on them."""

    @property
    def gl(self) -> moderngl.Context:
        """See `layer.Canvas`."""
        return self.context.gl

    def backdrop(self) -> moderngl.Texture:
        """See `layer.Canvas`."""
        if self.untouched is not None:
            # Written, not drawn: OpenGL would have to finish a drawing before another one may look at it.
            texture = color_of(self.context.resources.target("backdrop", *self.samples))
            texture.write(self.untouched, viewport=(0, 0, *self.samples))
            return texture
        copy = self.copier.copy_of(self.target, *self.samples)
        self.bind()
        return copy

    def flush(self) -> None:
        """See `layer.Canvas`."""
        self.untouched = None
        self.context.flush()
        self.bind()

    def draw(self, layers: Sequence[Layer]) -> None:
        """Let layers draw, one after the other."""
        for layer in layers:
            self.bind()
            layer.draw(self)
            self.untouched = None
        self.gl.enable_only(moderngl.NOTHING)
        self.gl.disable_direct(GL_FRAMEBUFFER_SRGB)  # others may share the context

    def bind(self) -> None:
        """Draw into the region with the state that `layer.Canvas` promises."""
        framebuffer = self.target.framebuffer
        framebuffer.use()
        framebuffer.viewport = (0, 0, *self.samples)
        solid = moderngl.DEPTH_TEST if self.phase is Phase.SOLID else moderngl.NOTHING
        self.gl.enable_only(moderngl.BLEND | solid)
        if self.phase is Phase.SHADE:
            self.gl.disable_direct(GL_FRAMEBUFFER_SRGB)
            self.gl.blend_func = (moderngl.ZERO, moderngl.SRC_COLOR)
        else:
            self.gl.enable_direct(GL_FRAMEBUFFER_SRGB)
            self.gl.blend_func = (moderngl.ONE, GL_SRC1_COLOR)
        self.gl.depth_func = "<="
        self.gl.front_face = "cw"  # rows run downwards, which turns every triangle around
