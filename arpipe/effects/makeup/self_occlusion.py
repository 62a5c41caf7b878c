"""Occlusion of makeup by the face itself, in the depth buffer: a turned face hides parts of itself."""

import moderngl
import numpy as np

from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.uniforms import set_placement
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.resources import depth_only
from arpipe.topology import Topology

SINK_MM = 2.0  # the face is drawn this far behind its surface, or it would hide its own makeup


class SelfOccluder:
    """Draws the depth of one face at a time.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
    """

    def __init__(self, context: GlContext, topology: Topology) -> None:
        self._resources = context.resources
        self._program = self._resources.program("skin.vert", "depth.frag", shaders=__package__)
        empty = np.zeros((topology.count, 3), np.float32)
        buffers = [(empty, "3f", ("in_position",))]
        self._face = self._resources.mesh(self._program, buffers, topology.triangles, dynamic=True)

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Replace the depth of the canvas; colour is unchanged."""
        framebuffer = canvas.gl.fbo
        set_placement(self._program, canvas, face)
        canvas.gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        with depth_only(framebuffer):
            framebuffer.clear(depth=1.0)
            sunk = np.array([0.0, 0.0, SINK_MM * face.px_per_mm])
            self._face.write((face.points + sunk).astype(np.float32))
            self._face.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._face)
