"""A small software rasteriser: interpolates vertex values over a mesh of small triangles."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.topology import IndexArray

Buffer = npt.NDArray[np.float32]

BLOCK_SIDES = (2, 3, 4, 6, 9, 14, 24, 48, 96)  # each triangle is tested on the smallest block that holds it
RIM_PX = 1.0  # values are drawn on this far outside the silhouette, so enlarging them mixes no gaps in


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """What was drawn.

    Attributes:
        values: (h, w, k) float32; 0 where nothing was drawn.
        drawn: (h, w) bool: inside the silhouette or at most `RIM_PX` outside it.
    """

    values: Buffer
    drawn: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Pixels that may show a triangle: flat index, triangle, its three weights, distance outside, px."""

    pixel: npt.NDArray[np.int64]
    triangle: npt.NDArray[np.int64]
    weights: Buffer
    outside: Buffer


def front_facing(points_px: Array, triangles: IndexArray) -> npt.NDArray[np.bool_]:
    """(t,) which triangles, counter-clockwise from outside, show their outside; y of (n, 2) points is down."""
    a, b, c = (points_px[triangles[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.asarray(area < -1e-9)


def outlines(triangles: IndexArray) -> list[IndexArray]:
    """Closed chains of vertices around a set of triangles, outer ones and holes."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    count = int(triangles.max(initial=0)) + 1
    forth, back = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    border = edges[~np.isin(forth, back)]
    following: dict[int, list[int]] = {}
    for start, end in border.tolist():
        following.setdefault(start, []).append(end)
    chains = []
    while following:
        start = next(iter(following))
        chain, vertex = [start], following[start].pop()
        while vertex != start:
            chain.append(vertex)
            vertex = following[vertex].pop()
        following = {key: ends for key, ends in following.items() if ends}
        chains.append(np.asarray(chain, dtype=np.int32))
    return chains


def rasterise(
    points_px: Array, depth: Array, values: Array, triangles: IndexArray, size: tuple[int, int]
) -> Raster:
    """Draw a mesh, nearest on top.

    Args:
        points_px: (n, 2); the centre of the top-left pixel is (0, 0).
        depth: (n,) larger is farther.
        values: (n, k) to be interpolated linearly in the image.
        triangles: (t, 3); all are drawn, see `front_facing`.
        size: Width and height, px.
    """
    width, height = size
    corners = points_px[triangles].astype(np.float32)
    low = np.floor(corners.min(axis=1) - RIM_PX + 1.0).astype(np.int64)
    extent = (np.floor(corners.max(axis=1) + RIM_PX).astype(np.int64) - low + 1).max(axis=1)
    parts, start = [], 0
    for side in BLOCK_SIDES:
        chosen = np.flatnonzero((extent > start) & (extent <= side))
        start = side
        if len(chosen):
            parts.append(_test(corners[chosen], low[chosen], chosen, side, size))
    buffer = np.zeros((height * width, values.shape[1]), np.float32)
    drawn = np.zeros(height * width, bool)
    if parts:
        found = _Candidates(
            np.concatenate([part.pixel for part in parts]),
            np.concatenate([part.triangle for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.concatenate([part.outside for part in parts]),
        )
        _paint(buffer, drawn, found, depth, values, triangles)
    return Raster(buffer.reshape(height, width, -1), drawn.reshape(height, width))


def _test(
    corners: Buffer,
    low: npt.NDArray[np.int64],
    names: npt.NDArray[np.int64],
    side: int,
    size: tuple[int, int],
) -> _Candidates:
    """Candidates of triangles (t, 3, 2) whose blocks of `side`² px start at `low`."""
    width, height = size
    step = np.arange(side)
    x = low[:, :1] + np.tile(step, side)
    y = low[:, 1:] + np.repeat(step, side)
    nxt, after = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
    edge = after - nxt  # opposite of each corner
    length = np.maximum(np.hypot(edge[..., 0], edge[..., 1]), 1e-6)
    height_px = edge[..., 1] * (corners[..., 0] - nxt[..., 0]) - edge[..., 0] * (
        corners[..., 1] - nxt[..., 1]
    )
    dx = x[:, None, :] - nxt[..., :1]
    dy = y[:, None, :] - nxt[..., 1:]
    cross = edge[..., 1:] * dx - edge[..., :1] * dy
    sign = np.where(height_px < 0, -1.0, 1.0).astype(np.float32)[..., None]
    outside = (-cross * sign / length[..., None]).max(axis=1)
    good = (outside <= RIM_PX) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    rows, columns = np.nonzero(good)
    weights = np.clip(cross[rows, :, columns] / height_px[rows], 0.0, 1.0)  # outside: as on the nearest edge
    weights /= weights.sum(axis=1, keepdims=True)
    return _Candidates(
        pixel=y[rows, columns] * width + x[rows, columns],
        triangle=names[rows],
        weights=weights.astype(np.float32),
        outside=outside[rows, columns].astype(np.float32),
    )


def _paint(
    buffer: Buffer,
    drawn: npt.NDArray[np.bool_],
    found: _Candidates,
    depth: Array,
    values: Array,
    triangles: IndexArray,
) -> None:
    """Write the candidates from the last to the first choice: those inside before those outside, near before far."""
    corners = triangles[found.triangle]
    far = (found.weights * depth[corners]).sum(axis=1)
    far = far + np.maximum(found.outside, 0.0) * (float(np.ptp(depth)) + 1.0)
    order = np.argsort(-far, kind="stable")
    winner = np.full(len(drawn), -1, dtype=np.int64)
    winner[found.pixel[order]] = order  # of repeated indices numpy keeps the last
    drawn[:] = winner >= 0
    best = winner[drawn]
    picked = values[corners[best]]
    buffer[drawn] = (found.weights[best][:, :, None] * picked).sum(axis=1)
