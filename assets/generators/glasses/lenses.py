"""Lens solids: curved front and back, bevelled edge."""

from collections.abc import Sequence

import numpy as np

from glasses.assembly import Assembly
from glasses.curves import Array, boxed, outward_normals, resample_closed
from glasses.front import Front
from glasses.meshes import Mesh, fan, grid, joined, welded
from glasses.pack import Attribute

_RINGS = (0.78, 0.42)  # of the way from the centre to the edge: enough for a smooth highlight


def opening(front: Front, shape: Array, tongue: float) -> Array:
    """Return the left lens opening, flat: `shape` scaled so that the lens with its tongue fills the box."""
    box = boxed(shape, front.flat_width - 2 * tongue, front.lens_height - 2 * tongue)
    return box + np.array([front.center_x, 0.0])


def optical_face(edge: Array, center: Array, depth: float, rings: Sequence[float], sign: float) -> Mesh:
    """Return one face of a lens: rings shrunk from the (n, 2) edge to a centre, all at one flat depth.

    Args:
        edge: Boundary of the face.
        center: (2,) point to which the rings shrink.
        depth: Flat depth, mm.
        rings: Sizes of the inner rings relative to the edge, decreasing.
        sign: 1 for a face towards +d, -1 for one towards -d.
    """
    flat = np.array(
        [
            np.column_stack([center + (edge - center) * scale, np.full(len(edge), depth)])
            for scale in (1.0, *rings)
        ]
    )
    mesh = welded(joined(grid(flat, closed_columns=True), fan(flat[-1][::-1], np.array([*center, depth]))))
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    up = float(np.cross(b - a, c - a)[:, 2].sum())
    return mesh if up * sign > 0 else Mesh(mesh.points, mesh.triangles[:, ::-1])


def lens(
    front: Front, outline: Array, thickness: float, tongue: float, rim_bevel: float
) -> tuple[Mesh, Mesh]:
    """Build a lens as worn: its two optical faces, and its edge.

    Args:
        front: Surface that it lies on.
        outline: (n, 2) lens opening in the flat drawing, or the edge itself without a tongue.
        thickness: Distance between the faces, mm.
        tongue: Height of the V at the edge that sits in the groove of the rim, mm; 0 for a flat polished edge.
        rim_bevel: Width of the safety bevel between face and edge, mm.

    Returns:
        Faces and edge, which share their boundary points and together are closed.
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
    center = (inner.min(axis=0) + inner.max(axis=0)) / 2
    front_face = optical_face(inner, center, half, _RINGS, 1.0)
    back_face = optical_face(inner, center, -half, _RINGS, -1.0)
    first = edge.triangles[0]
    a, b, c = edge.points[first]
    middle = outline.mean(axis=0)
    outwards = float(np.cross(b - a, c - a)[:2] @ ((a + b + c)[:2] / 3 - middle))
    if outwards < 0:
        edge = Mesh(edge.points, edge.triangles[:, ::-1])
    faces = joined(front_face, back_face)
    return welded(faces.mapped(front.place)), welded(edge.mapped(front.place))


def add_lenses(
    build: Assembly,
    material: str,
    hole: Array,
    tongue: float,
    *,
    points: int = 48,
    bend_weight: float = 10.0,
    rim_bevel: float = 0.3,
    color: Attribute | None = None,
) -> None:
    """Add lenses of 2 mm.

    Args:
        build: Receives the parts.
        material: Name of their material.
        hole: Dense outline of the left lens opening, flat.
        tongue: See `lens`.
        points: Number of points around a lens.
        bend_weight: See `resample`.
        rim_bevel: See `lens`.
        color: Vertex colours.
    """
    faces, edge = lens(build.front, resample_closed(hole, points, bend_weight), 2.0, tongue, rim_bevel)
    build.add_both("lens", material, faces, color=color, ball=build.front.ball)
    build.add_both("lens", material, edge, color=color)
