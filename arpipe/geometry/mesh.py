"""Triangle meshes as arrays."""

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array


def vertex_normals(points: npt.ArrayLike, triangles: npt.NDArray[np.integer]) -> Array:
    """(n, 3) unit normals, the area-weighted mean of the triangles around each vertex.

    Args:
        points: (n, 3).
        triangles: (t, 3) indices, counter-clockwise seen from the side that the normals point to.

    Returns:
        Normals; (0, 0, 1) for a vertex without triangles.
    """
    vertices = np.asarray(points, dtype=np.float64)
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)  # length: twice the area
    corners = triangles.ravel()
    spread = np.repeat(faces, 3, axis=0)
    normals = np.stack(
        [np.bincount(corners, spread[:, axis], minlength=len(vertices)) for axis in range(3)], axis=-1
    )
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    lonely = lengths[:, 0] < 1e-15
    normals[lonely] = (0.0, 0.0, 1.0)
    lengths[lonely] = 1.0
    unit: Array = normals / lengths
    return unit
