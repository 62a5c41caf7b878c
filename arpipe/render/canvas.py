"""Regions that are being drawn, and copies of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import moderngl
import numpy as np

from arpipe.render.base_canvas import Phase
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer
from arpipe.render.matte import MatteTextures
from arpipe.render.program import Program
from arpipe.render.resources import Target
from arpipe.render.view import Region, View
from arpipe.types import Pixels

GL_FRAMEBUFFER_SRGB = 0x8DB9  # blend in linear light, store sRGB bytes
GL_SRC1_COLOR = 0x88F9  # second output of the fragment shader


@contextmanager
def linear_light(gl: moderngl.Context) -> Iterator[None]:
    """Encode the linear light that shaders write as sRGB."""
    gl.enable_direct(GL_FRAMEBUFFER_SRGB)
    try:
        yield
    finally:
        gl.disable_direct(GL_FRAMEBUFFER_SRGB)


def color_of(target: Target) -> moderngl.Texture:
    """Return the texture of a single-sampled target; ValueError for a multisampled one."""
    if target.color is None:
        raise ValueError("a multisampled target has no texture to read; resolve it first")
    return target.color


class Copier:
    """Copies the colour of one target into another."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._program = context.resources.program("copy.vert", "copy.frag")
        self._triangle = context.gl.vertex_array(self._program.compiled, [])

    def draw(self, source: Target) -> None:
        """Fill the bound viewport from a single-sampled target, pixel for pixel."""
        self._context.gl.enable_only(moderngl.NOTHING)
        color_of(source).use(0)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def copy_of(self, source: Target, width: int, height: int) -> moderngl.Texture:
        """Return a texture with the current contents of a target."""
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
        """Resolve a multisampled target into a single-sampled one."""
        with linear_light(self._context.gl):
            self._context.gl.copy_framebuffer(single.framebuffer, source.framebuffer)

    def close(self) -> None:
        """Release the vertex array; may be called twice."""
        self._triangle.release()


def read_back(target: Target, width: int, height: int) -> Pixels:
    """Read (height, width, 4) RGBA back; waits for the drawing to finish."""
    drawn: Pixels = np.empty((height, width, 4), dtype=np.uint8)
    target.framebuffer.read_into(drawn, viewport=(0, 0, width, height), components=4, alignment=1)
    return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """What draws regions.

    Attributes:
        context: Context to draw with.
        copier: Copies targets.
        mattes: What stands before the faces of the frame.
    """

    context: GlContext
    copier: Copier
    mattes: MatteTextures


@dataclass(slots=True, eq=False)
class RegionCanvas:
    """A region that is being drawn; see `layer.Canvas`.

    Attributes:
        untouched: (rows, columns, 4) RGBA of the samples, until something is drawn on them.
    """

    tools: Tools
    phase: Phase
    region: Region
    view: View
    config: RenderConfig
    samples: tuple[int, int]
    target: Target
    untouched: Pixels | None = None

    @property
    def gl(self) -> moderngl.Context:
        """See `layer.Canvas`."""
        return self.tools.context.gl

    def backdrop(self) -> moderngl.Texture:
        """See `layer.Canvas`."""
        if self.untouched is not None:
            # Written instead of drawn, because OpenGL would have to finish one drawing before another may sample it.
            texture = color_of(self.tools.context.resources.target("backdrop", *self.samples))
            texture.write(self.untouched, viewport=(0, 0, *self.samples))
            return texture
        copy = self.tools.copier.copy_of(self.target, *self.samples)
        self.bind()
        return copy

    def apply_matte(self, program: Program, track_id: int | None) -> None:
        """See `layer.Canvas`."""
        self.tools.mattes.apply(program, track_id, self.region, self.samples)

    def flush(self) -> None:
        """See `layer.Canvas`."""
        self.untouched = None
        self.tools.context.flush()
        self.bind()

    def draw(self, layers: Sequence[Layer]) -> None:
        """Draw layers one after the other."""
        for layer in layers:
            self.bind()
            layer.draw(self)
            self.untouched = None
        self.gl.enable_only(moderngl.NOTHING)
        self.gl.disable_direct(GL_FRAMEBUFFER_SRGB)  # other code may share the context

    def bind(self) -> None:
        """Bind the region, with the state that `layer.Canvas` describes."""
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
        self.gl.front_face = "cw"  # rows run downwards, which reverses the winding of every triangle
