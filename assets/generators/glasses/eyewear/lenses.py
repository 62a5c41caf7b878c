"""Lens solids: curved front and back, bevelled edge."""

import numpy as np

from eyewear.curves import Array, boxed, outward_normals
from eyewear.front import Front
from eyewear.meshes import Mesh, fan, grid, joined, welded

_RINGS = (0.42, 0.78)  # of the way from the lens centre to the edge: enough for a smooth highlight


def opening(front: Front, shape: Array, tongue: float) -> Array:
    """The left lens opening, flat: `shape` scaled so that the lens with its tongue fills the box."""
    box = boxed(shape, front.flat_width - 2 * tongue, front.lens_height - 2 * tongue)
    return box + np.array([front.center_x, 0.0])


def _cap(edge: Array, depth: float) -> Mesh:
    """One optical face: rings shrunk from the (n, 2) edge to its centre, all at flat depth `depth`."""
    center = (edge.min(axis=0) + edge.max(axis=0)) / 2
    rings = [center + (edge - center) * scale for scale in (1.0, *_RINGS[::-1])]
    flat = np.array([np.column_stack([ring, np.full(len(ring), depth)]) for ring in rings])
    return welded(joined(grid(flat, closed_columns=True), fan(flat[-1][::-1], np.array([*center, depth]))))


def _facing(mesh: Mesh, sign: float) -> Mesh:
    """The sheet of flat points with its triangles turned to face +d (sign 1) or -d."""
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    up = float(np.cross(b - a, c - a)[:, 2].sum())
    return mesh if up * sign > 0 else Mesh(mesh.points, mesh.triangles[:, ::-1])


def lens(
    front: Front, outline: Array, thickness: float, tongue: float, rim_bevel: float
) -> tuple[Mesh, Mesh]:
    """A lens as worn: its two optical faces, and its edge.

    Args:
        front: Surface it lies on.
        outline: (n, 2) lens opening in the flat drawing, or the edge itself without a tongue.
        thickness: Between the faces, mm.
        tongue: Height of the V at the edge that sits in the rim's groove, mm; 0 for a flat polished edge.
        rim_bevel: Width of the safety bevel between face and edge, mm.

    Returns:
        Faces and edge. They share their boundary points; together they are closed.
    """
    normal = outward_normals(outline)
    half = thickness / 2
    inner = outline - normal * rim_bevel
    drop = min(0.8 * rim_bevel, 0.4 * thickness)
    if tongue:
        bands = [(inner, half), (outline + normal * tongue, 0.0), (inner, -half)]
    else:
        bands = [(inner, half), (outline, half - drop), (outline, drop - half), (inner, -half)]
    edge = grid(
        np.array([np.column_stack([ring, np.full(len(ring), depth)]) for ring, depth in bands]),
        closed_columns=True,
    )
    front_face = _facing(_cap(inner, half), 1.0)
    back_face = _facing(_cap(inner, -half), -1.0)
    first = edge.triangles[0]
    a, b, c = edge.points[first]
    middle = outline.mean(axis=0)
    outwards = float(np.cross(b - a, c - a)[:2] @ ((a + b + c)[:2] / 3 - middle))
    if outwards < 0:
        edge = Mesh(edge.points, edge.triangles[:, ::-1])
    faces = joined(front_face, back_face)
    return welded(faces.mapped(front.place)), welded(edge.mapped(front.place))
