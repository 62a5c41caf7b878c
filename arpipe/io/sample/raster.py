"""A small software rasteriser: interpolates vertex values over a mesh of small triangles."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.topology import IndexArray

Buffer = npt.NDArray[np.float32]

BLOCK_SIDES = (
    2,
    3,
    4,
    6,
    9,
    14,
    24,
    48,
    96,
)  # each triangle is tested on the smallest block that contains it
RIM_PX = 2.0  # values are extended this far beyond the silhouette, so that enlarging them mixes in no gaps
SEAM_PX = 0.01  # neighbours overlap by this much, so that rounding leaves no gaps


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A rasterised mesh.

    Attributes:
        values: (h, w, k) float32; 0 where nothing is drawn.
        drawn: (h, w) bool, true inside the silhouette and up to `RIM_PX` outside it.
    """

    values: Buffer
    drawn: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Pixels that may show a triangle: flat index, triangle, its three weights, distance from it, px."""

    pixel: npt.NDArray[np.int64]
    triangle: npt.NDArray[np.int64]
    weights: Buffer
    outside: Buffer


def front_facing(points_px: Array, triangles: IndexArray) -> npt.NDArray[np.bool_]:
    """Return which triangles (t,), counter-clockwise from outside, face the viewer; y of (n, 2) points is down."""
    a, b, c = (points_px[triangles[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.asarray(area < -1e-9)


def neighbours(triangles: IndexArray) -> IndexArray:
    """Return (t, 3) the triangle across each edge (first to second corner, and so on); t where there is none."""
    starts, ends = triangles.astype(np.int64).ravel(), np.roll(triangles, -1, axis=1).astype(np.int64).ravel()
    count = int(triangles.max(initial=0)) + 1
    forth, back = starts * count + ends, ends * count + starts
    order = np.argsort(forth)
    place = np.minimum(np.searchsorted(forth[order], back), len(order) - 1)
    found = order[place]
    across = np.where(forth[found] == back, found // 3, len(triangles))
    return across.reshape(-1, 3).astype(np.int32)


def outlines(edges: IndexArray) -> list[IndexArray]:
    """Join the directed edges (e, 2) around a set of triangles into closed chains of vertices, holes included."""
    following: dict[int, list[int]] = {}
    for start, end in edges.tolist():
        following.setdefault(start, []).append(end)
    chains = []
    while following:
        start, ends = following.popitem()
        vertex = ends.pop()
        if ends:
            following[start] = ends
        chain = [start]
        while vertex != start:
            chain.append(vertex)
            ends = following[vertex]
            onward = ends.pop()
            if not ends:
                del following[vertex]
            vertex = onward
        chains.append(np.asarray(chain, dtype=np.int32))
    return chains


def rasterise(
    points_px: Array,
    depth: Array,
    values: Array,
    triangles: IndexArray,
    rim: npt.NDArray[np.bool_],
    size: tuple[int, int],
) -> Raster:
    """Draw a mesh of triangles that do not intersect, the nearest on top.

    Args:
        points_px: (n, 2); the centre of the top-left pixel is (0, 0).
        depth: (n,); larger is farther.
        values: (n, k), interpolated linearly in the image.
        triangles: (t, 3); all are drawn, see `front_facing`.
        rim: (t,) whether a triangle is at the silhouette and is extended beyond it.
        size: Width and height, px.
    """
    width, height = size
    order = np.argsort(-depth[triangles].sum(axis=1))
    triangles, rim = triangles[order], rim[order]
    corners = points_px[triangles].astype(np.float32)
    reach = np.where(rim, RIM_PX, SEAM_PX).astype(np.float32)
    low = np.ceil(corners.min(axis=1) - reach[:, None]).astype(np.int64)
    extent = (np.floor(corners.max(axis=1) + reach[:, None]).astype(np.int64) - low + 1).max(axis=1)
    parts, start = [], 0
    for side in BLOCK_SIDES:
        chosen = np.flatnonzero((extent > start) & (extent <= side))
        start = side
        if len(chosen):
            parts.append(_test(corners[chosen], low[chosen], reach[chosen], chosen, side, size))
    buffer = np.zeros((height * width, values.shape[1]), np.float32)
    drawn = np.zeros(height * width, bool)
    if parts:
        found = _Candidates(
            np.concatenate([part.pixel for part in parts]),
            np.concatenate([part.triangle for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.concatenate([part.outside for part in parts]),
        )
        _paint(buffer, drawn, found, values, triangles)
    return Raster(buffer.reshape(height, width, -1), drawn.reshape(height, width))


def _test(
    corners: Buffer,
    low: npt.NDArray[np.int64],
    reach: Buffer,
    names: npt.NDArray[np.int64],
    side: int,
    size: tuple[int, int],
) -> _Candidates:
    """Find the pixels of triangles (t, 3, 2) whose blocks of `side`² px start at `low`."""
    width, height = size
    step = np.arange(side)
    x = low[:, :1] + np.tile(step, side)
    y = low[:, 1:] + np.repeat(step, side)
    scaled, heights, outside = [], [], np.full(x.shape, -np.inf, np.float32)
    x_px, y_px = x.astype(np.float32), y.astype(np.float32)
    for corner in range(3):
        here, start, end = corners[:, corner], corners[:, (corner + 1) % 3], corners[:, (corner + 2) % 3]
        edge = end - start
        height_px = edge[:, 1] * (here[:, 0] - start[:, 0]) - edge[:, 0] * (here[:, 1] - start[:, 1])
        normal = edge / (np.hypot(edge[:, 0], edge[:, 1]) * np.where(height_px < 0, -1, 1) + 1e-9)[:, None]
        offset = normal[:, 1] * start[:, 0] - normal[:, 0] * start[:, 1]
        inside = normal[:, 1:] * x_px - normal[:, :1] * y_px - offset[:, None]
        np.maximum(outside, -inside, out=outside)
        scaled.append(inside)
        heights.append(normal[:, 1] * here[:, 0] - normal[:, 0] * here[:, 1] - offset)
    good = (outside <= reach[:, None]) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    rows, columns = np.nonzero(good)
    found = np.stack(
        [
            part[rows, columns] / np.maximum(high[rows], 1e-6)
            for part, high in zip(scaled, heights, strict=True)
        ],
        axis=-1,
    )
    weights = np.clip(found, 0.0, 1.0)  # outside a triangle, as on its nearest edge
    weights /= weights.sum(axis=1, keepdims=True)
    return _Candidates(
        pixel=y[rows, columns] * width + x[rows, columns],
        triangle=names[rows],
        weights=weights.astype(np.float32),
        outside=outside[rows, columns].astype(np.float32),
    )


def _paint(
    buffer: Buffer, drawn: npt.NDArray[np.bool_], found: _Candidates, values: Array, triangles: IndexArray
) -> None:
    """Write the best candidate of every pixel: inside before outside, then the nearest triangle."""
    rank = found.triangle + np.where(found.outside > SEAM_PX, 0, len(triangles))
    order = np.argsort(rank.astype(np.uint16), kind="stable")  # NumPy sorts 16-bit numbers in linear time
    winner = np.full(len(drawn), -1, dtype=np.int64)
    winner[found.pixel[order]] = order  # NumPy keeps the last of repeated indices
    drawn[:] = winner >= 0
    best = winner[drawn]
    picked = values[triangles[found.triangle[best]]].astype(np.float32)
    buffer[drawn] = (found.weights[best][:, :, None] * picked).sum(axis=1)
