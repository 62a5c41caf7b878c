"""Leaner triangles for objects that are small on the screen.

Vertices stay as they are, so a vertex buffer serves all levels: corners of triangles move to a neighbour as long as
the surface stays within an error, cheapest first, many at a time where they do not touch (half-edge collapses
under quadric errors).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array

ROUNDS = 24
LEAST_SHARE = 0.004  # of the vertices; a round that moves fewer is the last
LEAST_NORMAL_DOT = 0.8  # of two vertices that become one: more, and glossy bends change their shine
LEAST_FACE_DOT = 0.35  # of a triangle before and after: nothing folds over
DISORDER = 0.1  # of the greatest cost: on even ground neighbours would wait for each other in a row

Indices = npt.NDArray[np.intp]


@dataclass(slots=True, eq=False)
class _Surface:
    """What is left of a mesh between two rounds."""

    points: Array
    normals: Array
    same: Indices
    triangles: Indices
    quadrics: Array
    stuck: npt.NDArray[np.bool_]


class Simplification:
    """Moves corners of one mesh, a round at a time, so that a stream need not wait for all of it.

    Args:
        positions: (n, 3) m.
        normals: (n, 3) unit.
        attributes: (n, k) bytes of all else that a vertex carries; a corner moves only where they are equal.
        triangles: (m, 3) counter-clockwise.
        error_m: How far the surface may move, root of the mean square, m.
    """

    def __init__(
        self,
        positions: npt.NDArray[np.float32],
        normals: npt.NDArray[np.float32],
        attributes: npt.NDArray[np.uint8],
        triangles: npt.NDArray[np.uint32],
        error_m: float,
    ) -> None:
        shapes = np.hstack([positions, normals]).astype(np.float32).view(np.uint8)
        self._first, place = _distinct(np.hstack([shapes, attributes]))
        same = _distinct(attributes[self._first])[1]
        points = positions[self._first].astype(np.float64)
        corners = place[triangles.astype(np.intp)]
        normals_kept = normals[self._first].astype(np.float64)
        stuck = np.zeros(len(points), dtype=bool)
        self._surface = _Surface(points, normals_kept, same, corners, _quadrics(points, corners), stuck)
        self._limit = error_m * error_m
        self._rounds = 0
        self.done = False

    def advance(self) -> None:
        """One round more; nothing once it is done."""
        if not self.done:
            self._rounds += 1
            moved = _moved(self._surface, self._limit)
            self.done = self._rounds == ROUNDS or moved < LEAST_SHARE * len(self._first)

    @property
    def triangles(self) -> npt.NDArray[np.uint32]:
        """(k, 3) what is left, over the vertices given, with the winding it had."""
        return self._first[self._surface.triangles].astype(np.uint32)


def _distinct(rows: npt.NDArray[np.uint8]) -> tuple[Indices, Indices]:
    """Where each distinct row of (n, k) comes first, and which of those each row is."""
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, place = np.unique(whole, return_index=True, return_inverse=True)
    return first, place.ravel()


def _moved(surface: _Surface, limit: float) -> int:
    """Move corners that lie in no common triangle; how many were tried."""
    triangles, still = surface.triangles, np.arange(len(surface.points))
    target = _targets(surface, limit)
    folded = _turned(surface.points, triangles, target[triangles]) < LEAST_FACE_DOT
    refused = np.zeros(len(still), dtype=bool)
    refused[triangles[folded & ~_is_gone(target[triangles])]] = True
    refused &= target != still
    surface.stuck |= refused
    target[refused] = still[refused]
    moving = np.flatnonzero(target != still)
    np.add.at(surface.quadrics, target[moving], surface.quadrics[moving])
    after = target[triangles]
    surface.triangles = after[~_is_gone(after)]
    return len(moving) + int(refused.sum())


def _targets(surface: _Surface, limit: float) -> Indices:
    """(n,) where each corner goes; at most one corner of a triangle goes anywhere, the cheapest."""
    triangles, still = surface.triangles, np.arange(len(surface.points))
    start, end = triangles[:, [0, 1, 2, 1, 2, 0]].ravel(), triangles[:, [1, 2, 0, 0, 1, 2]].ravel()
    fits = (surface.same[start] == surface.same[end]) & ~surface.stuck[start]
    fits &= np.einsum("ij,ij->i", surface.normals[start], surface.normals[end]) > LEAST_NORMAL_DOT
    start, end = start[fits], end[fits]
    ends = np.column_stack([surface.points[end], np.ones(len(end))])
    costs = np.einsum("ei,ei->e", (surface.quadrics[start] @ ends[:, :, None])[:, :, 0], ends)
    # Planes are unit, so the trace is their number.
    costs /= np.maximum(np.trace(surface.quadrics[:, :3, :3], axis1=1, axis2=2), 1.0)[start]
    cheap = np.flatnonzero(costs <= limit)
    costs = costs + limit * DISORDER * np.random.default_rng(5).random(len(costs))
    order = cheap[np.argsort(costs[cheap], kind="stable")[::-1]]  # the last one written is the cheapest
    rank, target = np.full(len(still), len(start)), still.copy()
    rank[start[order]] = np.arange(len(order))[::-1]
    target[start[order]] = end[order]
    beaten = rank[triangles] > rank[triangles].min(axis=1)[:, None]
    lost = triangles[beaten]
    target[lost] = still[lost]
    return target


def _is_gone(triangles: Indices) -> npt.NDArray[np.bool_]:
    """(m,) whether two corners are one."""
    a, b, c = triangles.T
    return np.asarray((a == b) | (b == c) | (c == a), dtype=np.bool_)


def _quadrics(points: Array, triangles: Indices) -> Array:
    """(n, 4, 4) sums over planes of a vertex: of its triangles, and upright ones along open edges."""
    normals = _unit(_crosses(points, triangles))
    quadrics = np.zeros((len(points), 4, 4))
    planes = np.column_stack([normals, -np.einsum("ij,ij->i", normals, points[triangles[:, 0]])])
    for corner in range(3):
        np.add.at(quadrics, triangles[:, corner], planes[:, :, None] * planes[:, None])
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    keys = np.sort(edges, axis=1) @ np.array([len(points), 1])
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    is_open = counts[which.ravel()] == 1
    a, b = edges[is_open].T
    upright = _unit(np.cross(points[b] - points[a], np.tile(normals, (3, 1))[is_open]))
    planes = np.column_stack([upright, -np.einsum("ij,ij->i", upright, points[a])])
    for end in (a, b):
        np.add.at(quadrics, end, planes[:, :, None] * planes[:, None])
    return quadrics


def _turned(points: Array, before: Indices, after: Indices) -> Array:
    """(m,) cosine between triangles' normals before and after; 0 for one without area."""
    return np.asarray(
        np.einsum("ij,ij->i", _unit(_crosses(points, before)), _unit(_crosses(points, after))), np.float64
    )


def _crosses(points: Array, triangles: Indices) -> Array:
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return np.asarray(np.cross(b - a, c - a), np.float64)


def _unit(vectors: Array) -> Array:
    return np.asarray(
        vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-20), dtype=np.float64
    )
