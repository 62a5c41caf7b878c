"""Triangle meshes as arrays."""

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array


def vertex_normals(points: npt.ArrayLike, triangles: npt.NDArray[np.integer]) -> Array:
    """Return (n, 3) unit normals, the area-weighted mean of the triangles around each vertex.

    Args:
        points: (n, 3).
        triangles: (t, 3) indices, counter-clockwise seen from the side that the normals point to.

    Returns:
        Normals; (0, 0, 1) for a vertex without triangles.
    """
    vertices = np.asarray(points, dtype=np.float64).T
    a, b, c = (vertices[:, triangles[:, corner]] for corner in range(3))
    (ux, uy, uz), (vx, vy, vz) = b - a, c - a
    faces = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx  # length: twice the area
    corners = triangles.ravel()
    count = vertices.shape[1]
    normals = np.stack([np.bincount(corners, np.repeat(face, 3), minlength=count) for face in faces], axis=-1)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    lonely = lengths[:, 0] < 1e-15
    normals[lonely] = (0.0, 0.0, 1.0)
    lengths[lonely] = 1.0
    unit: Array = normals / lengths
    return unit
