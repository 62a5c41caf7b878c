"""Meshes whose vertices change every frame, for lips, lines, eyes and teeth."""

import moderngl
import numpy as np

from arpipe.effects.makeup.curves import Floats, Indices
from arpipe.effects.makeup.face import MakeupFace
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.program import Program
from arpipe.render.resources import Mesh


class ShapeMesh:
    """A mesh of vertices (x, y, four values) with constant triangles.

    Args:
        context: Context to draw with.
        fragment: File name of the fragment shader in `shaders/`.
        vertices: Number of vertices.
        triangles: (m, 3) indices.
    """

    def __init__(self, context: GlContext, fragment: str, vertices: int, triangles: Indices) -> None:
        self._resources = context.resources
        self.program: Program = self._resources.program("shape.vert", fragment, shaders=__package__)
        self._mesh: Mesh = self._resources.mesh(
            self.program,
            [(np.zeros((vertices, 6), np.float32), "2f 4f", ("in_position", "in_data"))],
            triangles,
            dynamic=True,
        )

    def draw(self, canvas: Canvas, face: MakeupFace, vertices: Floats) -> None:
        """Draw (n, 6) vertices; uniforms must be set before."""
        self._mesh.write(vertices)
        canvas.gl.enable_only(moderngl.BLEND | face.depth_test)
        self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._mesh)


def join_vertices(places: np.ndarray, *values: np.ndarray | float) -> Floats:
    """Join (…, 2) positions and four values each, arrays or constants, to (n, 6) float32 vertices."""
    vertices = np.empty((*places.shape[:-1], 6), np.float32)
    vertices[..., :2] = places
    for column, value in enumerate(values, start=2):
        vertices[..., column] = value
    return vertices.reshape(-1, 6)
