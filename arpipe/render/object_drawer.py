"""Draws an `ObjectMesh` with the surface shader."""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate

import moderngl
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.io.gltf.model import GltfModel, Texture
from arpipe.render.canvas import GL_FRAMEBUFFER_SRGB
from arpipe.render.context import GlContext
from arpipe.render.environment import LEVELS, SIDE, Environment
from arpipe.render.illuminant import pictured
from arpipe.render.layer import Canvas
from arpipe.render.lighting import Lighting
from arpipe.render.object_mesh import Batch, ObjectMesh
from arpipe.render.placement import (
    Placement,
    back_to_front,
    can_be_lit_by_vertex,
    level_for,
    px_per_m_at_1_m,
    tint_of,
)
from arpipe.render.program import Program
from arpipe.render.resources import Mesh

SRGB_MAPS = ("BASE_MAP", "EMISSIVE_MAP")
BALLS_KEPT = 8  # faces with their own light
BALL_UNIT = 0  # texture unit of the surroundings; the material's maps follow


class MirrorBalls:
    """Textures of the most recent environments, because writing one that is in use would wait for the drawing.

    All are created at the start, so that a change of light creates no GL objects.
    """

    def __init__(self, context: GlContext) -> None:
        self._resources = context.resources
        blank = np.zeros((LEVELS, SIDE, SIDE, 4), np.uint8)
        self._free = [self._resources.layers(blank) for _ in range(BALLS_KEPT)]
        self._kept: OrderedDict[int, tuple[Environment, moderngl.TextureArray]] = OrderedDict()

    def use(self, environment: Environment, unit: int) -> None:
        """Bind the texture of an environment."""
        key = id(environment)  # unique, because the environment is kept with its texture
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
    """A batch with its GL objects.

    Attributes:
        batch: The batch.
        program, mesh: Its GL objects.
        ranges: First index and number of indices of each level; level 0 is the full mesh.
        level: Level in use.
    """

    batch: Batch
    program: Program
    mesh: Mesh
    ranges: tuple[tuple[int, int], ...]
    level: int = 0


class ObjectDrawer:
    """Holds the buffers and textures of a model, and draws it.

    Args:
        context: Context to draw with.
        model: The model, for its textures.
        mesh: Mesh of the same model.
    """

    def __init__(self, context: GlContext, model: GltfModel, mesh: ObjectMesh) -> None:
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
        """Draw all opaque batches, then glass from back to front."""
        matrices = np.stack(placement.gl_from_part)
        px_per_m = px_per_m_at_1_m(canvas, matrices[0])
        self._balls.use(lighting.environment, BALL_UNIT)
        begun: Program | None = None
        # Opaque shaders write sRGB codes: cheaper than blending in linear light, which glass needs. Glass is last.
        canvas.gl.disable_direct(GL_FRAMEBUFFER_SRGB)
        for item, depth_m in back_to_front(self._items, placement):
            batch, program = item.batch, item.program
            if batch.glass:
                canvas.gl.enable_direct(GL_FRAMEBUFFER_SRGB)
            if program is not begun:
                self._begin(program, canvas, matrices, placement, lighting)
                begun = program
            program.set(
                "u_emissive", pictured(batch.material.emissive.astype(np.float64), lighting.colorful).tolist()
            )
            program.set("u_tint", tint_of(batch, placement))
            self._use_maps(batch, program)
            culled = moderngl.NOTHING if batch.material.double_sided else moderngl.CULL_FACE
            canvas.gl.enable_only(moderngl.BLEND | moderngl.DEPTH_TEST | culled)
            item.level = level_for(batch, depth_m / px_per_m, item.level)
            first, count = item.ranges[item.level]
            item.mesh.vertex_array.render(moderngl.TRIANGLES, vertices=count, first=first)

    def reset_levels(self) -> None:
        """Choose levels of detail without hysteresis next time, because the object has another size now."""
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
            mipmaps = (
                texture.mipmap and not self._is_software
            )  # building them takes 60 ms, and textures are hardly minified
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
            defines.append("CLEAR")  # all light that enters passes through
        if (batch.surfaces[:, 0] > 0).any():
            defines.append("METALLIC")
        if batch.material.alpha_mode == "MASK":
            defines.append("CUTOFF")
        if self._is_software and can_be_lit_by_vertex(batch):
            defines.append("LIT_BY_VERTEX")  # on a CPU every sample counts, and there are fewer vertices
        return tuple(defines)

    def _begin(
        self, program: Program, canvas: Canvas, matrices: Array, placement: Placement, lighting: Lighting
    ) -> None:
        """Set the uniforms that all batches of a program share."""
        canvas.view.apply(program)
        program.write("u_gl_from_part", matrices)
        program.set("u_head_z", placement.head_z.tolist())
        program.set("u_fade_z_m", placement.fade_z_m)
        program.write("u_irradiance", lighting.irradiance)
        program.set("u_mirror_ball", BALL_UNIT)
        program.set("u_reflection", float(canvas.config.reflection))
        canvas.apply_matte(program, placement.wearer)
        program.set("u_colorful", lighting.colorful)
        program.set("u_black_level", lighting.black_level)

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
