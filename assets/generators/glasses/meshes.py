"""Triangle meshes in millimetres."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glasses.curves import Array

Triangles = NDArray[np.int64]
WELD_MM = 1e-4  # far below any feature (0.1 mm), far above rounding


@dataclass(frozen=True, eq=False)
class Mesh:
    """Points (n, 3) in mm and triangles (m, 3), counter-clockwise when seen from outside."""

    points: Array
    triangles: Triangles

    def mapped(self, transform: Callable[[Array], Array]) -> "Mesh":
        """Return the mesh with its points transformed."""
        return Mesh(transform(self.points), self.triangles)

    def moved(self, x: float, y: float, z: float) -> "Mesh":
        """Return the mesh moved by (x, y, z) mm."""
        return Mesh(self.points + np.array([x, y, z]), self.triangles)

    def turned(self, rotation: Array) -> "Mesh":
        """Return the mesh rotated about the origin by a (3, 3) matrix."""
        return Mesh(self.points @ rotation.T, self.triangles)

    def mirrored(self) -> "Mesh":
        """Return the mesh mirrored at x = 0, still facing outwards."""
        return Mesh(self.points * np.array([-1.0, 1.0, 1.0]), self.triangles[:, ::-1])

    def volume(self) -> float:
        """Return the signed volume in mm³, positive if a closed mesh faces outwards."""
        a, b, c = (self.points[self.triangles[:, k]] for k in range(3))
        return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)

    def outward(self) -> "Mesh":
        """Return the closed mesh, facing outwards."""
        return self if self.volume() > 0 else Mesh(self.points, self.triangles[:, ::-1])


def joined(*meshes: Mesh) -> Mesh:
    """Concatenate meshes without welding them."""
    offsets = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    triangles = [mesh.triangles + offset for mesh, offset in zip(meshes, offsets, strict=True)]
    return Mesh(np.vstack([mesh.points for mesh in meshes]), np.vstack(triangles))


def welded(mesh: Mesh) -> Mesh:
    """Merge coinciding points and drop triangles without area."""
    keys = np.round(mesh.points / WELD_MM + 0.0137).astype(np.int64)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    triangles = inverse.reshape(-1)[mesh.triangles]
    a, b, c = triangles.T
    kept = triangles[(a != b) & (b != c) & (a != c)]
    return Mesh(mesh.points[first], kept)


def grid(points: Array, closed_rows: bool = False, closed_columns: bool = False) -> Mesh:
    """Build a sheet of quads, split along their shorter diagonal, over a (rows, columns, 3) lattice of points.

    Args:
        points: Lattice points.
        closed_rows: Whether the last row is joined to the first.
        closed_columns: Whether the last column is joined to the first.
    """
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    if closed_rows:
        index = np.vstack([index, index[:1]])
    if closed_columns:
        index = np.hstack([index, index[:, :1]])
    a, b = index[:-1, :-1].ravel(), index[1:, :-1].ravel()
    c, d = index[1:, 1:].ravel(), index[:-1, 1:].ravel()
    flat = points.reshape(-1, 3)
    along_ac = np.linalg.norm(flat[a] - flat[c], axis=1) <= np.linalg.norm(flat[b] - flat[d], axis=1) + 1e-9
    first = np.where(along_ac[:, None], np.stack([a, b, c], 1), np.stack([a, b, d], 1))
    second = np.where(along_ac[:, None], np.stack([a, c, d], 1), np.stack([b, c, d], 1))
    return Mesh(flat, np.stack([first, second], axis=1).reshape(-1, 3))


def fan(ring: Array, center: Array) -> Mesh:
    """Fill a closed (n, 3) ring with triangles that meet in `center`."""
    count = len(ring)
    index = np.arange(count)
    triangles = np.stack([index, (index + 1) % count, np.full(count, count)], axis=1)
    return Mesh(np.vstack([ring, center]), triangles)


def loft(rings: Array) -> Mesh:
    """Build a closed solid over (n, m, 3) rings with filled ends."""
    sheet = grid(rings, closed_columns=True)
    start = fan(rings[0], rings[0].mean(axis=0))
    end = fan(rings[-1][::-1], rings[-1].mean(axis=0))
    return welded(joined(sheet, start, end)).outward()


def ring_solid(rings: Array) -> Mesh:
    """Build a closed torus-like solid over (n, m, 3) rings."""
    return welded(grid(rings, closed_rows=True, closed_columns=True)).outward()


def turn_x(angle_rad: float) -> Array:
    """Return the rotation about x, from y towards z."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
