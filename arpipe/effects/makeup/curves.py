"""Smooth curves through landmarks, and strips of triangles along them; image px."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint32]


def _basis(steps: int) -> Array:
    """Return the (steps, 4) Catmull-Rom weights between the second and the third of four points."""
    t = np.linspace(0.0, 1.0, steps, endpoint=False)
    basis: Array = 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1
    )
    return basis


@cache
def _closed_weights(count: int, steps: int) -> Array:
    """Return the (count * steps, count) Catmull-Rom weights of a closed curve."""
    basis = _basis(steps)
    weights = np.zeros((count, steps, count))
    for corner in range(count):
        for offset in range(4):
            weights[corner, :, (corner + offset - 1) % count] += basis[:, offset]
    return weights.reshape(count * steps, count)


@cache
def _open_weights(count: int, steps: int) -> Array:
    """Return the ((count - 1) * steps + 1, count) weights of an open curve through its end points."""
    before = np.zeros(count)
    before[:2] = 2.0, -1.0
    after = np.zeros(count)
    after[-2:] = -1.0, 2.0
    padded = np.vstack([before, np.eye(count), after])
    basis = _basis(steps)
    rows = [basis @ padded[start : start + 4] for start in range(count - 1)]
    return np.vstack([*rows, np.eye(count)[-1:]])


def closed_curve(points: Array, steps: int) -> Array:
    """Return (…, n * steps, k) points of the closed curve through (…, n, k) points; every `steps`-th is one of them."""
    curve: Array = _closed_weights(points.shape[-2], steps) @ points
    return curve


def open_curve(points: Array, steps: int) -> Array:
    """Return (…, (n - 1) * steps + 1, k) points of the curve from the first to the last of (…, n, k) points."""
    curve: Array = _open_weights(points.shape[-2], steps) @ points
    return curve


def normals_2d(curve: Array) -> Array:
    """Return (n, 2) unit normals of a closed curve: its direction rotated from x towards y."""
    along = np.roll(curve, -1, axis=0) - np.roll(curve, 1, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    unit: Array = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    return unit


@cache
def grid_triangles(rows: int, columns: int, closed: bool) -> Indices:
    """Return (m, 3) triangles between neighbouring rows of `rows` × `columns` vertices, numbered row by row."""
    spans = columns if closed else columns - 1
    row, column = (part.ravel() for part in np.mgrid[: rows - 1, :spans])
    after = (column + 1) % columns
    a, b = row * columns + column, row * columns + after
    c, d = a + columns, b + columns
    return np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]).astype(np.uint32)


def repeat(triangles: Indices, times: int, vertices: int) -> Indices:
    """Repeat (m, 3) triangles for several shapes with this number of vertices each; returns (times * m, 3)."""
    first = vertices * np.arange(times, dtype=np.uint32)
    return (triangles[None] + first[:, None, None]).reshape(-1, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The opening between two lids or two lips.

    Attributes:
        lower: (m, 2) lower edge, from the first corner to the second.
        upper: (m, 2) opposite points of the upper edge.
    """

    lower: Array
    upper: Array

    @classmethod
    def of_loop(cls, loop: Array) -> "Opening":
        """Split a closed outline (2k, 2): first corner, lower edge, second corner, upper edge."""
        half = len(loop) // 2
        return cls(loop[: half + 1], np.concatenate([loop[:1], loop[: half - 1 : -1]]))

    def rows(self, inset_px: float) -> tuple[Array, Array]:
        """Return (4, m, 2) rows from the lower to the upper edge, and (4, m) how far inside each is, in [0, 1].

        Where the opening is narrower than two insets, no point reaches 1.
        """
        across = self.upper - self.lower
        gap = np.linalg.norm(across, axis=1)
        share = np.minimum(inset_px / np.maximum(gap, 1e-6), 0.5)
        whole = np.minimum(gap / max(2.0 * inset_px, 1e-6), 1.0)
        step = across * share[:, None]
        rows = np.stack([self.lower, self.lower + step, self.upper - step, self.upper])
        zero = np.zeros_like(gap)
        return rows, np.stack([zero, whole, whole, zero])
