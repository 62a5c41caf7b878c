"""Draws the soft shadow of glasses without OpenGL; see `shadow_model`."""

import numpy as np

from arpipe.effects.glasses.shadow_model import Cast, ShadowModel
from arpipe.render.illuminant import pictured
from arpipe.render.rasteriser import structures
from arpipe.render.rasteriser.canvas import SoftwareCanvas, mesh_structure, rows_of

SKIN_BLEED = np.array([0.74, 1.0, 1.16])  # as in shadow.frag


class SoftwareShadow:
    """Draws the shadow of one model.

    Args:
        model: What the shadow depends on.
    """

    def __init__(self, model: ShadowModel) -> None:
        self._model = model
        height, width = model.density.shape[:2]
        self._shadow = structures.ShadowStruct(
            model.vertices.ctypes.data,
            model.density.ctypes.data,
            width,
            height,
            model.inside.ctypes.data,
            len(model.inside),
        )
        self._shadow.density_place[:] = model.density_place
        self._shadow.sheet[:] = model.sheet
        self._shadow.reach[:] = model.reach

    def draw(self, canvas: SoftwareCanvas, cast: Cast) -> None:
        """Darken one face, in a canvas of the shade phase."""
        points = np.ascontiguousarray(cast.metric_mesh_m, np.float32)
        mesh = mesh_structure(points, self._model.triangles, cast.gl_from_head)
        shadow = self._shadow
        shadow.glasses_from_points[:] = rows_of(cast.glasses_from_head)
        shadow.to_light[:] = cast.to_light.tolist()
        shadow.directed, shadow.ambient, shadow.temple = cast.directed, cast.ambient, cast.temple
        shadow.temple_start[:] = cast.temple_start.ravel().tolist()
        shadow.temple_end[:] = cast.temple_end.ravel().tolist()
        shadow.bleed[:] = pictured(SKIN_BLEED, cast.colorful).tolist()
        canvas.draw_shadow(mesh, shadow, cast.track_id)

    def close(self) -> None:
        """Hold nothing, and release nothing."""
