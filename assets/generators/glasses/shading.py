"""Vertex normals with hard edges where faces meet sharply, as vertex arrays for rendering."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glasses.curves import Array
from glasses.meshes import Mesh


@dataclass(frozen=True, eq=False)
class Vertices:
    """Split vertices: position (n, 3) mm, normal (n, 3) unit, triangles (m, 3)."""

    position: Array
    normal: Array
    triangles: NDArray[np.int64]


def _corner_angles(a: Array, b: Array, c: Array) -> Array:
    """Return (m, 3) inner angles of triangles, rad."""
    angles = []
    for p, q, r in ((a, b, c), (b, c, a), (c, a, b)):
        u, v = q - p, r - p
        cosine = np.einsum("ij,ij->i", u, v) / (np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1))
        angles.append(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return np.stack(angles, axis=1)


def shaded(mesh: Mesh, crease_deg: float, ball: Array | None = None) -> Vertices:
    """Compute smooth normals, weighted by area and angle so that large flat faces stay flat.

    Args:
        mesh: Welded mesh.
        crease_deg: Angle between faces above which their edge stays hard.
        ball: Centre of the sphere that the mesh lies on, for exact normals; or None.

    Returns:
        The vertices, split along hard edges.
    """
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    keep = area > 1e-9
    triangles, cross, area = mesh.triangles[keep], cross[keep], area[keep]
    unit = cross / area[:, None]
    weight = (_corner_angles(a[keep], b[keep], c[keep]) * area[:, None]).ravel()
    corner_vertex = triangles.ravel()
    corner_face = np.repeat(np.arange(len(triangles)), 3)
    order = np.argsort(corner_vertex, kind="stable")
    starts = np.searchsorted(corner_vertex[order], np.arange(len(mesh.points) + 1))
    limit = np.cos(np.radians(crease_deg))
    normals = np.empty((len(corner_vertex), 3))
    for vertex in range(len(mesh.points)):
        corners = order[starts[vertex] : starts[vertex + 1]]
        faces = unit[corner_face[corners]]
        near = faces @ faces.T >= limit
        normals[corners] = (near * weight[corners][None, :]) @ faces
    if ball is not None:
        radial = mesh.points[corner_vertex] - ball
        normals = radial * np.sign(np.einsum("ij,ij->i", radial, normals))[:, None]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    key = np.column_stack([corner_vertex, np.round(normals * 2000).astype(np.int64)])
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return Vertices(mesh.points[corner_vertex[first]], normals[first], inverse.reshape(-1, 3))
