"""Meshes whose vertices change every frame, for lips, lines, eyes and teeth."""

import moderngl
import numpy as np

from arpipe.effects.makeup.curves import Floats, Indices, Opening, closed_curve, grid_triangles
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


class OpeningMesh(ShapeMesh):
    """A mesh that fills the opening of the eyelids or lips, with a soft edge.

    Args:
        context: Context to draw with.
        fragment: File name of the fragment shader in `shaders/`.
        points: Number of landmarks around the opening, even.
        steps: Points of the curve per landmark.
    """

    def __init__(self, context: GlContext, fragment: str, points: int, steps: int) -> None:
        columns = points // 2 * steps + 1
        super().__init__(context, fragment, 4 * columns, grid_triangles(4, columns, False))
        self._steps = steps

    def fill(self, canvas: Canvas, face: MakeupFace, region: str, feather_mm: float, *values: float) -> None:
        """Draw one opening; uniforms must be set before.

        Args:
            canvas: Canvas to draw on.
            face: The face.
            region: Name of the region of landmarks around the opening.
            feather_mm: Width of the soft edge, mm.
            values: Three values for the fragment shader, the same for all vertices.
        """
        opening = Opening.of_loop(closed_curve(face.region(region), self._steps))
        rows, inside = opening.rows(feather_mm * face.px_per_mm)
        self.draw(canvas, face, join_vertices(rows, inside, *values))


def join_vertices(places: np.ndarray, *values: np.ndarray | float) -> Floats:
    """Join (…, 2) positions and four values each, arrays or constants, to (n, 6) float32 vertices."""
    vertices = np.empty((*places.shape[:-1], 6), np.float32)
    vertices[..., :2] = places
    for column, value in enumerate(values, start=2):
        vertices[..., column] = value
    return vertices.reshape(-1, 6)
