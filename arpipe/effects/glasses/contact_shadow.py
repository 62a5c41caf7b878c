"""Draws the soft shadow of glasses with OpenGL; see `shadow_model`."""

import moderngl
import numpy as np

from arpipe.effects.glasses.shadow_model import Cast, ShadowModel
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas


class ContactShadow:
    """Draws the shadow of one model.

    Args:
        context: Context to draw with.
        model: What the shadow depends on.
    """

    def __init__(self, context: GlContext, model: ShadowModel) -> None:
        self._resources = context.resources
        self._model = model
        self._program = self._resources.program("shadow.vert", "shadow.frag", shaders=__package__)
        self._density = self._resources.texture(model.density)
        self._density.repeat_x = self._density.repeat_y = False
        self._inside = self._resources.texture(model.inside)
        self._mesh = self._resources.mesh(
            self._program,
            [
                (np.zeros((len(model.vertices), 3), np.float32), "3f", ("in_position",)),
                (model.vertices, "3f 2f", ("in_normal", "in_uv")),
            ],
            model.triangles,
            dynamic=True,
        )

    def draw(self, canvas: Canvas, cast: Cast) -> None:
        """Draw the shadow on one face, into a canvas of the shade phase."""
        program = self._program
        canvas.view.apply(program)
        program.write("u_gl_from_head", cast.gl_from_head)
        program.write("u_glasses_from_head", cast.glasses_from_head)
        program.set("u_density_place", self._model.density_place)
        program.set("u_sheet", self._model.sheet)
        program.set("u_to_light", cast.to_light.tolist())
        program.set("u_directed", cast.directed)
        program.set("u_ambient", cast.ambient)
        program.set("u_temple", cast.temple)
        program.write("u_temple_start", cast.temple_start)
        program.write("u_temple_end", cast.temple_end)
        program.set("u_colorful", cast.colorful)
        program.set("u_reach", self._model.reach)
        canvas.apply_matte(program, cast.track_id)
        for unit, (name, texture) in enumerate((("u_density", self._density), ("u_inside", self._inside))):
            program.set(name, unit)
            texture.use(unit)
        self._mesh.write(cast.metric_mesh_m.astype(np.float32))
        canvas.gl.enable_only(moderngl.BLEND | moderngl.CULL_FACE)
        self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._resources.release(self._mesh)
        self._resources.release(self._density)
        self._resources.release(self._inside)
