"""Occlusion by the head: face, skull and ears are drawn into the depth buffer."""

import moderngl
import numpy as np

from arpipe.effects.glasses import head_shape
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.resources import depth_only
from arpipe.topology import Topology

# The face is drawn slightly smaller, so that the noise of the landmarks does not hide objects that rest on the skin;
# more so at its sides, which are the least certain.
SINK_M = 0.0012
SIDE_SINK_M, SIDE_FROM_M, SIDE_OVER_M = 0.0025, -0.02, 0.02


class Occluder:
    """Draws the depth of one head at a time.

    Args:
        context: Context to draw with.
        topology: Topology of the faces; those without irises are accepted, too.
    """

    def __init__(self, context: GlContext, topology: Topology) -> None:
        self._resources = context.resources
        self._program = self._resources.program("depth.vert", "depth.frag")
        self._face_count = topology.count
        self._vertices = np.zeros((topology.count + head_shape.VERTEX_COUNT, 3), np.float32)
        triangles = np.concatenate([topology.lean_triangles, head_shape.TRIANGLES + topology.count])
        self._mesh = self._resources.mesh(
            self._program, [(self._vertices, "3f", ("in_position",))], triangles, dynamic=True
        )

    def draw(
        self, canvas: Canvas, gl_from_head: RigidTransform, metric_mesh_m: Array, shape: HeadShape
    ) -> None:
        """Draw a head into the depth buffer of the canvas; colour is unchanged.

        Args:
            canvas: Canvas in the solid phase.
            gl_from_head: Pose of the head.
            metric_mesh_m: (n, 3) landmarks in the head frame, m.
            shape: Shape of the head behind them.
        """
        count = len(metric_mesh_m)
        self._vertices[:count] = metric_mesh_m
        self._vertices[:count, 2] -= SINK_M
        sides = np.clip((SIDE_FROM_M - metric_mesh_m[:, 2]) / SIDE_OVER_M, 0.0, 1.0)
        self._vertices[:count, 0] -= np.sign(metric_mesh_m[:, 0]) * sides * SIDE_SINK_M
        self._vertices[self._face_count :] = shape.vertices_m()
        self._mesh.write(self._vertices)
        canvas.view.apply(self._program)
        self._program.write("u_gl_from_head", gl_from_head.matrix())
        canvas.gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        with depth_only(canvas.gl.fbo):
            self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._mesh)
