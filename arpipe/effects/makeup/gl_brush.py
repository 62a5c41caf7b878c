"""Draws makeup with OpenGL."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import moderngl
import numpy as np

from arpipe.effects.makeup.coat import Coat, Surface, UvTexture, Value
from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.self_occlusion import sunk_points
from arpipe.effects.makeup.smoothing import LOW_SIDE, SmoothingMap
from arpipe.effects.makeup.uniforms import appearance, depth_per_px
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.program import Program
from arpipe.render.resources import Mesh, Resources, depth_only
from arpipe.topology import Topology

BACKDROP_UNIT = 0  # texture unit of the canvas's backdrop; those of surfaces follow


class GlBrush:
    """Draws makeup with OpenGL; see `brushes.Brush`.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
    """

    def __init__(self, context: GlContext, topology: Topology) -> None:
        self._resources, self._topology = context.resources, topology
        self._surfaces: dict[Surface, _GlSurface] = {}
        self._occluder: _Occluder | None = None

    def prepare(self, surfaces: Iterable[Surface]) -> None:
        """See `Brush`."""
        wanted = {surface: self._surfaces.get(surface) for surface in surfaces}
        prepared: dict[Surface, _GlSurface] = {}
        with ExitStack() as undo:
            for surface, known in wanted.items():
                prepared[surface] = known or _GlSurface(self._resources, surface)
                if known is None:
                    undo.callback(prepared[surface].close)
            undo.pop_all()
        for surface, known in self._surfaces.items():
            if surface not in prepared:
                known.close()
        self._surfaces = prepared

    def take_backdrop(self, canvas: Canvas) -> None:
        """See `Brush`."""
        canvas.backdrop().use(BACKDROP_UNIT)

    def hide_behind(self, canvas: Canvas, face: MakeupFace) -> None:
        """See `Brush`."""
        if self._occluder is None:
            self._occluder = _Occluder(self._resources, self._topology)
        self._occluder.draw(canvas, face)

    def draw(self, canvas: Canvas, face: MakeupFace, coat: Coat) -> None:
        """See `Brush`."""
        self._surfaces[coat.surface].draw(canvas, face, coat)

    def flush(self, canvas: Canvas) -> None:
        """See `Brush`."""
        canvas.flush()

    def close(self) -> None:
        """See `Brush`."""
        self.prepare(())
        if self._occluder is not None:
            self._occluder.close()
            self._occluder = None


class _GlSurface:
    """Program, buffers and textures of a surface."""

    def __init__(self, resources: Resources, surface: Surface) -> None:
        self._resources = resources
        self._culling = moderngl.NOTHING if surface.uv is None else moderngl.CULL_FACE
        vertex = "shape.vert" if surface.uv is None else "skin.vert"
        defines = tuple(f"{name} {value}" for name, value in surface.options.items())
        self._program = resources.program(vertex, f"{surface.shader}.frag", defines, __package__)
        self._mesh = _mesh(resources, self._program, surface)
        self._textures = {picture.name: self._texture(picture) for picture in surface.textures}
        if surface.options.get("EVENS"):
            empty = np.zeros((LOW_SIDE, LOW_SIDE, 4), np.float32)
            self._textures["smoothing"] = resources.texture(empty)

    def draw(self, canvas: Canvas, face: MakeupFace, coat: Coat) -> None:
        """Draw makeup on a face."""
        program = self._program
        _set_placement(program, canvas, face)
        canvas.apply_matte(program, face.tracked.track_id)
        values = appearance(face)
        self._set({name: value for name, value in values.items() if program.has(f"u_{name}")})
        if program.has("u_backdrop"):
            program.set("u_backdrop", BACKDROP_UNIT)
        self._set(coat.values)
        if coat.smoothing is not None:
            self._set_smoothing(canvas, coat.smoothing)
        for unit, (name, texture) in enumerate(self._textures.items(), start=BACKDROP_UNIT + 1):
            texture.use(unit)
            program.set(f"u_{name}", unit)
        self._mesh.write(coat.vertices)
        canvas.gl.enable_only(moderngl.BLEND | self._culling | _depth_test(face))
        self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release buffers and textures."""
        self._resources.release(self._mesh)
        for texture in self._textures.values():
            self._resources.release(texture)

    def _texture(self, picture: UvTexture) -> moderngl.Texture:
        texture = self._resources.texture(picture.pixels, mipmaps=True)
        if not picture.blends_levels:
            texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        return texture

    def _set(self, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                self._program.write(f"u_{name}", value)
            else:
                self._program.set(f"u_{name}", value)

    def _set_smoothing(self, canvas: Canvas, smoothing: SmoothingMap) -> None:
        self._textures["smoothing"].write(smoothing.ratios)
        self._program.set("u_low_place", smoothing.place_in(canvas.region))


class _Occluder:
    """Draws the depth of one face at a time."""

    def __init__(self, resources: Resources, topology: Topology) -> None:
        self._resources = resources
        self._program = resources.program("skin.vert", "depth.frag", shaders=__package__)
        empty = np.zeros((topology.count, 3), np.float32)
        buffers = [(empty, "3f", ("in_position",))]
        self._face = resources.mesh(self._program, buffers, topology.triangles, dynamic=True)

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Replace the depth of the canvas; colour is unchanged."""
        framebuffer = canvas.gl.fbo
        _set_placement(self._program, canvas, face)
        canvas.gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        with depth_only(framebuffer):
            framebuffer.clear(depth=1.0)
            self._face.write(sunk_points(face))
            self._face.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._face)


def _mesh(resources: Resources, program: Program, surface: Surface) -> Mesh:
    empty = np.zeros((surface.count, 6), np.float32)
    buffers: list[tuple[Floats, str, tuple[str, ...]]] = [(empty, "2f 4f", ("in_position", "in_data"))]
    if surface.uv is not None:
        buffers = [(empty, "3f 3f", ("in_position", "in_normal")), (surface.uv, "2f", ("in_uv",))]
    return resources.mesh(program, buffers, surface.triangles, dynamic=True)


def _set_placement(program: Program, canvas: Canvas, face: MakeupFace) -> None:
    """Set the uniforms of place.glsl."""
    region = canvas.region
    scale = np.array([2.0 / region.width, 2.0 / region.height])
    offset = (0.5 - np.array([region.x, region.y])) * scale - 1.0
    program.set("u_clip_from_px", [*scale.tolist(), *offset.tolist()])
    program.set("u_depth", depth_per_px(face))


def _depth_test(face: MakeupFace) -> int:
    """Return the flag for faces that may hide a part of themselves, which are in the depth buffer."""
    return moderngl.DEPTH_TEST if face.is_occluded else moderngl.NOTHING
