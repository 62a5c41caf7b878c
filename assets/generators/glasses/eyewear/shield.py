"""One-piece shields: a lens over both eyes, built as two halves that meet at the mid-plane."""

import numpy as np

from eyewear.acetate import half_outline
from eyewear.curves import Array
from eyewear.front import Front
from eyewear.meshes import Mesh, fan, grid, joined, welded

_RINGS = (0.82, 0.6, 0.34)
_MIDDLE_COLUMNS = 9


def _face(loop: Array, center: Array, depth: float, sign: float) -> Mesh:
    """One optical face of a half shield, facing +d (sign 1) or -d."""
    flat = np.array(
        [
            np.column_stack([center + (loop - center) * scale, np.full(len(loop), depth)])
            for scale in (1.0, *_RINGS)
        ]
    )
    mesh = welded(joined(grid(flat, closed_columns=True), fan(flat[-1][::-1], np.array([*center, depth]))))
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    up = float(np.cross(b - a, c - a)[:, 2].sum())
    return mesh if up * sign > 0 else Mesh(mesh.points, mesh.triangles[:, ::-1])


def half_shield(
    front: Front, outline: Array, thickness: float, bevel: float, columns: int
) -> tuple[Mesh, Mesh]:
    """The wearer's left half of a shield as worn: its two faces, and its edge. Open at the mid-plane.

    Args:
        front: Surface it lies on.
        outline: (n, 2) dense closed symmetric outline in the flat drawing.
        thickness: Between the faces, mm.
        bevel: Width of the bevel between face and edge, mm.
        columns: Points along the half's edge.

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
    faces = joined(_face(loop, center, half, 1.0), _face(loop, center, -half, -1.0))
    return welded(faces.mapped(front.place)), welded(wall.mapped(front.place))
