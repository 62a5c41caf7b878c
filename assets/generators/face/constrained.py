"""Delaunay triangulation with constrained edges (Sloan 1993: flip edges that cross a missing one)."""

from collections import deque

import numpy as np
from scipy.spatial import Delaunay

from arpipe.geometry.transforms import Array

Edge = tuple[int, int]


def triangulate(flat: Array, indices: np.ndarray, edges: list[Edge]) -> np.ndarray:
    """Return (t, 3) triangles over `flat[indices]` (n, 2) that contain all `edges`."""
    triangles = {frozenset(t) for t in indices[Delaunay(flat[indices]).simplices].tolist()}
    for a, b in edges:
        _recover(flat, triangles, a, b)
    return np.array(sorted(sorted(t) for t in triangles))


def _recover(flat: Array, triangles: set[frozenset[int]], a: int, b: int) -> None:
    crossing = deque(_crossed(flat, triangles, a, b))
    for _ in range(1000):
        if not crossing:
            return
        c, d = crossing.popleft()
        left, right = [t for t in triangles if c in t and d in t]
        (p,), (q,) = left - {c, d}, right - {c, d}
        if not _cross(flat, p, q, c, d):
            crossing.append((c, d))
            continue
        triangles -= {left, right}
        triangles |= {frozenset((p, q, c)), frozenset((p, q, d))}
        if _cross(flat, p, q, a, b):
            crossing.append((p, q))
    raise ValueError(f"edge {a}-{b} cannot be recovered after 1000 flips")


def _crossed(flat: Array, triangles: set[frozenset[int]], a: int, b: int) -> list[Edge]:
    pairs = {tuple(sorted((i, j))) for t in triangles for i in t for j in t if i < j}
    return sorted((i, j) for i, j in pairs if _cross(flat, i, j, a, b))


def _cross(flat: Array, a: int, b: int, c: int, d: int) -> bool:
    """Whether segments ab and cd cross strictly inside both."""
    if len({a, b, c, d}) < 4:
        return False
    return _side(flat, a, b, c) * _side(flat, a, b, d) < 0 and _side(flat, c, d, a) * _side(flat, c, d, b) < 0


def _side(flat: Array, a: int, b: int, p: int) -> float:
    ab, ap = flat[b] - flat[a], flat[p] - flat[a]
    return float(ab[0] * ap[1] - ab[1] * ap[0])
