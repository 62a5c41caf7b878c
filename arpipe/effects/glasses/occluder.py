"""Occlusion by the head: face, skull and ears are drawn into the depth buffer."""

from dataclasses import dataclass

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.effects.glasses import head_shape
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.resources import depth_only
from arpipe.topology import Topology

# The face is drawn slightly smaller, so that the noise of the landmarks does not hide objects that rest on the skin;
# more so at its sides, which are the least certain.
SINK_M = 0.0012
SIDE_SINK_M, SIDE_FROM_M, SIDE_OVER_M = 0.0025, -0.02, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class OccludingHead:
    """A head that hides what is behind it.

    Attributes:
        gl_from_head: Its pose.
        metric_mesh_m: (n, 3) landmarks in the head frame, m.
        shape: Its shape behind them.
    """

    gl_from_head: RigidTransform
    metric_mesh_m: Array
    shape: HeadShape


class HeadMesh:
    """Vertices and triangles of one head at a time.

    Args:
        topology: Topology of the faces; those without irises are accepted, too.

    Attributes:
        triangles: (m, 3) uint32.
        vertices: (n, 3) float32 in the head frame, m.
    """

    def __init__(self, topology: Topology) -> None:
        self._face_count = topology.count
        triangles = np.concatenate([topology.lean_triangles, head_shape.TRIANGLES + topology.count])
        self.triangles: npt.NDArray[np.uint32] = triangles.astype(np.uint32)
        self.vertices = np.zeros((topology.count + head_shape.VERTEX_COUNT, 3), np.float32)

    def take(self, head: OccludingHead) -> None:
        """Set the vertices to those of a head."""
        mesh = head.metric_mesh_m
        count = len(mesh)
        self.vertices[:count] = mesh
        self.vertices[:count, 2] -= SINK_M
        sides = np.clip((SIDE_FROM_M - mesh[:, 2]) / SIDE_OVER_M, 0.0, 1.0)
        self.vertices[:count, 0] -= np.sign(mesh[:, 0]) * sides * SIDE_SINK_M
        self.vertices[self._face_count :] = head.shape.vertices_m()


class Occluder:
    """Draws the depth of one head at a time with OpenGL.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
    """

    def __init__(self, context: GlContext, topology: Topology) -> None:
        self._resources = context.resources
        self._program = self._resources.program("depth.vert", "depth.frag")
        self._head = HeadMesh(topology)
        self._mesh = self._resources.mesh(
            self._program,
            [(self._head.vertices, "3f", ("in_position",))],
            self._head.triangles,
            dynamic=True,
        )

    def draw(self, canvas: Canvas, head: OccludingHead) -> None:
        """Draw a head into the depth buffer of a canvas in the solid phase; colour is unchanged."""
        self._head.take(head)
        self._mesh.write(self._head.vertices)
        canvas.view.apply(self._program)
        self._program.write("u_gl_from_head", head.gl_from_head.matrix())
        canvas.gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        with depth_only(canvas.gl.fbo):
            self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._mesh)


class SoftwareOccluder:
    """Draws the depth of one head at a time without OpenGL.

    Args:
        topology: Topology of the faces.
    """

    def __init__(self, topology: Topology) -> None:
        self._head = HeadMesh(topology)

    def draw(self, canvas: SoftwareCanvas, head: OccludingHead) -> None:
        """Draw a head into the depth buffer of a canvas in the solid phase; colour is unchanged."""
        self._head.take(head)
        canvas.draw_depth(self._head.vertices, self._head.triangles, head.gl_from_head.matrix())

    def close(self) -> None:
        """Hold nothing, and release nothing."""
