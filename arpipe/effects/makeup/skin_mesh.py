"""The skin of a face as triangles in its UV layout."""

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.face import MakeupFace
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.program import Program
from arpipe.render.resources import Mesh
from arpipe.topology import Topology


class SkinMesh:
    """Triangles of a face's skin, which follow its landmarks and its normals.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
        triangles: (m, 3) indices of landmarks.
        fragment: File name of the fragment shader in this folder.
        defines: Defines of the shaders.
    """

    def __init__(
        self,
        context: GlContext,
        topology: Topology,
        triangles: npt.NDArray[np.int32],
        fragment: str,
        defines: tuple[str, ...] = (),
    ) -> None:
        self._resources = context.resources
        self.program: Program = self._resources.program("skin.vert", fragment, defines, __package__)
        self._vertices = np.zeros((topology.count, 6), np.float32)
        self._mesh: Mesh = self._resources.mesh(
            self.program,
            [
                (self._vertices, "3f 3f", ("in_position", "in_normal")),
                (topology.uv.astype(np.float32), "2f", ("in_uv",)),
            ],
            triangles,
            dynamic=True,
        )

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Draw the triangles of one face; uniforms must be set before."""
        self._vertices[:, :3], self._vertices[:, 3:] = face.points, face.normals
        self._mesh.write(self._vertices)
        canvas.gl.enable_only(moderngl.BLEND | moderngl.CULL_FACE | face.depth_test)
        self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._mesh)
