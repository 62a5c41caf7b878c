"""Similarity fits between two sets of corresponding points (Umeyama 1991, weighted)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """`p_to = scale * rotation @ p_from + translation`.

    Attributes:
        scale: > 0.
        rotation: (d, d), orthonormal, determinant +1.
        translation: (d,), in units of the target.
    """

    scale: float
    rotation: Array
    translation: Array

    def apply(self, points: npt.ArrayLike) -> Array:
        """Transform (…, d) points."""
        return self.scale * np.asarray(points, dtype=np.float64) @ self.rotation.T + self.translation


def fit_similarity(
    source: npt.ArrayLike, target: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Similarity:
    """Least-squares similarity that takes `source` to `target`.

    Args:
        source: (n, d) points, n ≥ d.
        target: (n, d) points.
        weights: (n,) ≥ 0, or None for equal ones.

    Raises:
        ValueError: Shapes differ, or the source points coincide.
    """
    a, b = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"fit_similarity: expected two equal (n, d) arrays, got {a.shape} and {b.shape}")
    w = np.ones(len(a)) if weights is None else np.asarray(weights, dtype=np.float64)
    w = w / w.sum()
    centre_a, centre_b = w @ a, w @ b
    a, b = a - centre_a, b - centre_b
    spread = float(w @ (a * a).sum(axis=1))
    if spread < 1e-18:
        raise ValueError("fit_similarity: the source points coincide")
    u, singular, vt = np.linalg.svd((b * w[:, None]).T @ a)
    signs = np.ones(a.shape[1])
    if np.linalg.det(u @ vt) < 0:
        signs[-1] = -1.0
    rotation = (u * signs) @ vt
    scale = float((singular * signs).sum() / spread)
    return Similarity(scale, rotation, centre_b - scale * rotation @ centre_a)
