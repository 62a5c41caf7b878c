"""One-piece shields: a lens over both eyes, built as two halves that meet at the mid-plane."""

import numpy as np

from glasses.acetate import half_outline
from glasses.curves import Array
from glasses.front import Front
from glasses.lenses import optical_face
from glasses.meshes import Mesh, grid, joined, welded

_RINGS = (0.82, 0.6, 0.34)
_MIDDLE_COLUMNS = 9


def half_shield(
    front: Front, outline: Array, thickness: float, bevel: float, columns: int
) -> tuple[Mesh, Mesh]:
    """Build the left half of a shield as worn: its two faces, and its edge, open at the mid-plane.

    Args:
        front: Surface that it lies on.
        outline: (n, 2) dense closed symmetric outline in the flat drawing.
        thickness: Distance between the faces, mm.
        bevel: Width of the bevel between face and edge, mm.
        columns: Number of points along the edge.

    Returns:
        Faces and edge.
    """
    edge, normal = half_outline(outline, columns)
    inner = edge - normal * bevel
    share = np.linspace(0.0, 1.0, _MIDDLE_COLUMNS + 2)[1:-1, None]
    loop = np.vstack([inner, inner[-1] * (1 - share) + inner[0] * share])
    center = np.array([front.center_x, 1.0])
    half = thickness / 2
    drop = min(0.8 * bevel, 0.4 * thickness)
    bands = [(inner, half), (edge, half - drop), (edge, drop - half), (inner, -half)]
    wall = grid(np.array([np.column_stack([row, np.full(len(row), depth)]) for row, depth in bands]))
    a, b, c = (wall.points[wall.triangles[len(wall.triangles) // 2]][k] for k in range(3))
    if float(np.cross(b - a, c - a)[:2] @ ((a + b + c)[:2] / 3 - center)) < 0:
        wall = Mesh(wall.points, wall.triangles[:, ::-1])
    faces = joined(
        optical_face(loop, center, half, _RINGS, 1.0), optical_face(loop, center, -half, _RINGS, -1.0)
    )
    return welded(faces.mapped(front.place)), welded(wall.mapped(front.place))
