"""Meshes whose vertices change every frame, for lips, lines, eyes and teeth."""

import numpy as np

from arpipe.effects.makeup.coat import Surface
from arpipe.effects.makeup.curves import Floats, Opening, closed_curve, grid_triangles, repeat
from arpipe.effects.makeup.face import MakeupFace


def opening_surface(shader: str, points: int, steps: int, times: int = 1) -> Surface:
    """Return a surface that fills openings of eyelids or lips, with soft edges.

    Args:
        shader: Name of the shader.
        points: Number of landmarks around an opening, even.
        steps: Points of the curve per landmark.
        times: Number of openings.
    """
    columns = points // 2 * steps + 1
    triangles = repeat(grid_triangles(4, columns, False), times, 4 * columns)
    return Surface(shader, times * 4 * columns, triangles)


def opening_vertices(face: MakeupFace, region: str, steps: int, feather_mm: float, *values: float) -> Floats:
    """Return (n, 6) vertices of one opening, whose first value is the distance inside, 0 to 1.

    Args:
        face: The face.
        region: Name of the region of landmarks around the opening.
        steps: Points of the curve per landmark.
        feather_mm: Width of the soft edge, mm.
        values: Three further values, the same for all vertices.
    """
    opening = Opening.of_loop(closed_curve(face.region(region), steps))
    rows, inside = opening.rows(feather_mm * face.px_per_mm)
    return join_vertices(rows, inside, *values)


def join_vertices(places: np.ndarray, *values: np.ndarray | float) -> Floats:
    """Join (…, 2) positions and four values each, arrays or constants, to (n, 6) float32 vertices."""
    vertices = np.empty((*places.shape[:-1], 6), np.float32)
    vertices[..., :2] = places
    for column, value in enumerate(values, start=2):
        vertices[..., column] = value
    return vertices.reshape(-1, 6)
