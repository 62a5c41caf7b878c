"""Draws an `ObjectMesh` with the surface shader."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate

import moderngl
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.io.gltf.model import Model, Texture
from arpipe.render.canvas import GL_FRAMEBUFFER_SRGB
from arpipe.render.context import GlContext
from arpipe.render.environment import LEVELS, SIDE, Environment
from arpipe.render.layer import Canvas
from arpipe.render.lighting import Lighting
from arpipe.render.object_mesh import Batch, ObjectMesh
from arpipe.render.program import Program
from arpipe.render.resources import Mesh

SRGB_MAPS = ("BASE_MAP", "EMISSIVE_MAP")
BALLS_KEPT = 8  # faces with a light of their own
BALL_UNIT = 0  # texture units: the surroundings, then the material's maps
ERROR_PX = 0.5  # the most by which a leaner level may be off in the picture
STEADY = 0.85  # of it, before a leaner level is taken: a head that sways does not change levels to and fro


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where an object is.

    Attributes:
        gl_from_part: (4, 4) per part of the mesh: model frame, m, to the gl frame.
        head_z: (4,) plane: dot with a gl point (x, y, z, 1) gives its z in the head frame, m.
        fade_z_m: Head z at which the object is gone, and at which it is whole; below both it is not drawn.
        tint: (4,) linear factor of the base colour, and opacity.
        glass_tint: The same for glass.
    """

    gl_from_part: tuple[Array, ...]
    head_z: Array
    fade_z_m: tuple[float, float]
    tint: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    glass_tint: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)


class MirrorBalls:
    """Textures of the last few environments: writing one that is being drawn with would wait for the drawing.

    All are made at the start, so that new light makes no new objects.
    """

    def __init__(self, context: GlContext) -> None:
        self._resources = context.resources
        blank = np.zeros((LEVELS, SIDE, SIDE, 4), np.uint8)
        self._free = [self._resources.layers(blank) for _ in range(BALLS_KEPT)]
        self._kept: OrderedDict[int, tuple[Environment, moderngl.TextureArray]] = OrderedDict()

    def use(self, environment: Environment, unit: int) -> None:
        """Bind the texture that shows an environment."""
        key = id(environment)  # kept alive beside its texture, so no other can have it
        if key not in self._kept:
            texture = self._free.pop() if self._free else self._kept.popitem(last=False)[1][1]
            texture.write(environment.levels)
            self._kept[key] = (environment, texture)
        self._kept.move_to_end(key)
        self._kept[key][1].use(unit)

    def close(self) -> None:
        """Release the textures; may be called twice."""
        for texture in (*self._free, *(texture for _, texture in self._kept.values())):
            self._resources.release(texture)
        self._free.clear()
        self._kept.clear()


@dataclass(slots=True, eq=False)
class _Item:
    """A batch ready to be drawn.

    Attributes:
        batch: What.
        program, mesh: With what.
        ranges: First index and number of indices of each level; 0 is the whole mesh.
        level: In use.
    """

    batch: Batch
    program: Program
    mesh: Mesh
    ranges: tuple[tuple[int, int], ...]
    level: int = 0


class ObjectDrawer:
    """Keeps a model's buffers and textures, and draws it.

    Args:
        context: Where.
        model: Gives the textures.
        mesh: Made of the same model.
    """

    def __init__(self, context: GlContext, model: Model, mesh: ObjectMesh) -> None:
        self._resources = context.resources
        self._is_software = context.is_software
        self._balls = MirrorBalls(context)
        self._mesh = mesh
        self._items: list[_Item] = []
        self._textures: dict[tuple[int, bool], moderngl.Texture] = {}
        self._transforms = tuple(texture.transform for texture in model.textures)
        for batch in mesh.batches:
            program = self._resources.program("surface.vert", "surface.frag", self._defines(batch))
            levels = [batch.indices, *(level.indices for level in batch.levels)]
            buffers = self._resources.mesh(
                program,
                [
                    (batch.vertices, "3f 3f 2f", ("in_position", "in_normal", "in_uv")),
                    (batch.colors, "4f2", ("in_color",)),
                    (batch.surfaces, "4f1 4f1", ("in_surface", "in_body")),
                ],
                np.concatenate(levels),
            )
            counts = [level.size for level in levels]
            ranges = tuple(zip(accumulate(counts, initial=0), counts, strict=False))
            self._items.append(_Item(batch, program, buffers, ranges))
            for define, index in batch.maps.items():
                self._load(model.textures[index], index, define in SRGB_MAPS)

    def draw(self, canvas: Canvas, placement: Placement, lighting: Lighting) -> None:
        """Draw all opaque batches, then glass from back to front, with depth."""
        matrices = np.stack(placement.gl_from_part)
        px_per_m = _px_per_m(canvas, matrices[0])
        self._balls.use(lighting.environment, BALL_UNIT)
        begun: Program | None = None
        # Opaque shaders give codes: cheaper than to blend in light. Glass comes last, and needs light.
        canvas.gl.disable_direct(GL_FRAMEBUFFER_SRGB)
        for item, depth_m in self._back_to_front(placement):
            batch, program = item.batch, item.program
            if batch.glass:
                canvas.gl.enable_direct(GL_FRAMEBUFFER_SRGB)
            if program is not begun:
                self._begin(program, canvas, matrices, placement, lighting)
                begun = program
            program.set("u_emissive", batch.material.emissive.tolist())
            program.set("u_tint", placement.glass_tint if batch.glass else placement.tint)
            self._use_maps(batch, program)
            culled = moderngl.NOTHING if batch.material.double_sided else moderngl.CULL_FACE
            canvas.gl.enable_only(moderngl.BLEND | moderngl.DEPTH_TEST | culled)
            item.level = level_for(batch, ERROR_PX * depth_m / px_per_m, item.level)
            first, count = item.ranges[item.level]
            item.mesh.vertex_array.render(moderngl.TRIANGLES, vertices=count, first=first)

    def forget_levels(self) -> None:
        """Choose levels of detail as if nothing had been drawn yet: the object has another size now."""
        for item in self._items:
            item.level = 0

    def close(self) -> None:
        """Release buffers and textures; may be called twice."""
        self._balls.close()
        for item in self._items:
            self._resources.release(item.mesh)
        for texture in self._textures.values():
            self._resources.release(texture)

    def _load(self, texture: Texture, index: int, srgb: bool) -> None:
        if (index, srgb) not in self._textures:
            mipmaps = texture.mipmap and not self._is_software  # 60 ms to build, for textures hardly minified
            made = self._resources.texture(texture.pixels, srgb=srgb, mipmaps=mipmaps)
            made.repeat_x, made.repeat_y = (wrap != "clamp" for wrap in texture.wrap)
            if texture.filter == "nearest":
                made.filter = (made.filter[0], moderngl.NEAREST)
            self._textures[index, srgb] = made

    def _defines(self, batch: Batch) -> tuple[str, ...]:
        defines = [f"PARTS {len(self._mesh.parts)}", *batch.maps]
        if batch.glass:
            defines.append("GLASS")
        if batch.material.clearcoat > 0:
            defines.append("CLEARCOAT")
        if (batch.surfaces[:, 4] == 255).all() and "TRANSMISSION_MAP" not in batch.maps:
            defines.append("CLEAR")  # what light enters goes through
        if (batch.surfaces[:, 0] > 0).any():
            defines.append("METALLIC")
        if batch.material.alpha_mode == "MASK":
            defines.append("CUTOFF")
        if self._is_software and can_be_lit_by_vertex(batch):
            defines.append("LIT_BY_VERTEX")  # a CPU pays for every sample, and there are fewer vertices
        return tuple(defines)

    def _back_to_front(self, placement: Placement) -> list[tuple["_Item", float]]:
        """What to draw in order, with its depth, m: opaque batches as they are, glass farthest first."""
        placed = [(item, _depth(item.batch, placement)) for item in self._items]
        return sorted(placed, key=lambda each: -each[1] if each[0].batch.glass else -math.inf)

    def _begin(
        self, program: Program, canvas: Canvas, matrices: Array, placement: Placement, lighting: Lighting
    ) -> None:
        """Set what is the same for all batches that a program draws."""
        canvas.view.apply(program)
        program.write("u_gl_from_part", matrices)
        program.set("u_head_z", placement.head_z.tolist())
        program.set("u_fade_z_m", placement.fade_z_m)
        if program.has("u_irradiance"):
            program.write("u_irradiance", lighting.irradiance)
        program.set("u_mirror_ball", BALL_UNIT)
        program.set("u_reflection", float(canvas.config.reflection))

    def _use_maps(self, batch: Batch, program: Program) -> None:
        material = batch.material
        for unit, (define, index) in enumerate(batch.maps.items(), start=BALL_UNIT + 1):
            name = "u_" + define.lower()
            self._textures[index, define in SRGB_MAPS].use(unit)
            program.set(name, unit)
            program.write(name.removesuffix("_map") + "_transform", self._transforms[index])
        if "NORMAL_MAP" in batch.maps:
            program.set("u_normal_scale", material.normal_scale)
        if "OCCLUSION_MAP" in batch.maps:
            program.set("u_occlusion_strength", material.occlusion_strength)
        if material.alpha_mode == "MASK":
            program.set("u_cutoff", material.alpha_cutoff)


def can_be_lit_by_vertex(batch: Batch) -> bool:
    """Whether normals are the vertices' own, so that what depends on directions changes evenly between them."""
    return not batch.material.double_sided and "NORMAL_MAP" not in batch.maps


def level_for(batch: Batch, error_m: float, before: int) -> int:
    """The leanest level that is off by no more than `error_m`; 0 is the whole mesh.

    A level leaner than the one in use before has to be off by less than that, see `STEADY`.
    """
    level = sum(lean.error_m <= error_m for lean in batch.levels)
    lasting = sum(lean.error_m <= STEADY * error_m for lean in batch.levels)
    return level if level <= before else max(before, lasting)


def _depth(batch: Batch, placement: Placement) -> float:
    """Distance of a batch's middle in front of the camera, m."""
    matrix = placement.gl_from_part[batch.part]
    return -float(matrix[2, :3] @ batch.center_m + matrix[2, 3])


def _px_per_m(canvas: Canvas, gl_from_part: Array) -> float:
    """Size in the picture, px, of what is 1 m long in the model frame, 1 m in front of the camera."""
    stretch = math.sqrt(float(np.square(gl_from_part[:3, :3]).sum(axis=0).max()))
    return 0.5 * canvas.region.width * float(canvas.view.clip_from_gl[0, 0]) * stretch
