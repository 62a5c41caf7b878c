"""Plane and space curves: B-splines, resampling, normals and keyed values."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_CUBIC = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]], dtype=np.float64) / 6.0


def closed_spline(control: Array, samples: int = 4000) -> Array:
    """Sample a closed uniform cubic B-spline; repeating a control point makes a tighter corner.

    Args:
        control: (n, k) control polygon, first point not repeated.
        samples: Number of points.

    Returns:
        (samples, k) points, first point not repeated.
    """
    control = np.asarray(control, dtype=np.float64)
    count = len(control)
    position = np.arange(samples) * (count / samples)
    index = np.floor(position).astype(int)
    local = position - index
    powers = np.stack([np.ones_like(local), local, local**2, local**3], axis=1)
    weights = powers @ _CUBIC
    corners = control[(index[:, None] + np.arange(-1, 3)) % count]
    return np.einsum("nw,nwk->nk", weights, corners)


def open_spline(control: Array, samples: int = 800) -> Array:
    """Sample a cubic B-spline that starts and ends on the first and last control point.

    Args:
        control: (n, k) control polygon.
        samples: Number of points.

    Returns:
        (samples, k) points.
    """
    control = np.asarray(control, dtype=np.float64)
    padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    spans = len(padded) - 3
    position = np.linspace(0.0, spans, samples)
    index = np.minimum(np.floor(position).astype(int), spans - 1)
    local = position - index
    powers = np.stack([np.ones_like(local), local, local**2, local**3], axis=1)
    corners = padded[index[:, None] + np.arange(4)]
    return np.einsum("nw,nwk->nk", powers @ _CUBIC, corners)


def superellipse(width: float, height: float, exponent: float, samples: int = 4000) -> Array:
    """Sample a closed (samples, 2) superellipse of a full width and height, counter-clockwise from +x."""
    angle = np.linspace(0.0, 2 * np.pi, samples, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    radius = (np.abs(cosine) ** exponent + np.abs(sine) ** exponent) ** (-1.0 / exponent)
    return np.stack([radius * cosine * width / 2, radius * sine * height / 2], axis=1)


def boxed(curve: Array, width: float, height: float) -> Array:
    """Scale and centre a closed curve so that its bounding box is exactly width × height about (0, 0)."""
    low, high = curve.min(axis=0), curve.max(axis=0)
    return (curve - (low + high) / 2) / (high - low) * np.array([width, height])


def arc_length(points: Array) -> Array:
    """Return the (n,) distances from the first point along a polyline."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def at_length(points: Array, length: Array) -> Array:
    """Return the points of a polyline at distances from its start."""
    travelled = arc_length(points)
    return np.stack([np.interp(length, travelled, axis) for axis in points.T], axis=1)


def resample(points: Array, count: int, bend_weight: float = 0.0) -> Array:
    """Resample an open polyline, keeping its ends, more densely where it bends.

    Args:
        points: (n, k) dense polyline.
        count: Number of points.
        bend_weight: Additional length per radian of turning, mm; 0 for even spacing.

    Returns:
        (count, k) points.
    """
    steps = np.diff(points, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    directions = steps / np.maximum(lengths, 1e-12)[:, None]
    turning = np.linalg.norm(np.diff(directions, axis=0), axis=1)
    turning = np.convolve(np.concatenate([turning[:1], turning]), np.ones(9) / 9, mode="same")
    measure = np.concatenate([[0.0], np.cumsum(lengths + bend_weight * turning)])
    target = np.linspace(0.0, measure[-1], count)
    return np.stack([np.interp(target, measure, axis) for axis in points.T], axis=1)


def resample_closed(points: Array, count: int, bend_weight: float = 0.0) -> Array:
    """Resample a closed curve whose first point is not repeated, and is not in the result; see `resample`."""
    return resample(np.vstack([points, points[:1]]), count + 1, bend_weight)[:-1]


def outward_normals(loop: Array) -> Array:
    """Return (n, 2) outward unit normals of a closed plane curve of either direction."""
    tangent = np.roll(loop, -1, axis=0) - np.roll(loop, 1, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    nearby = np.roll(loop, -1, axis=0)
    area = float(np.sum(loop[:, 0] * nearby[:, 1] - loop[:, 1] * nearby[:, 0]))
    return normal if area > 0 else -normal


def radius_at(loop: Array, center: Array, angle: Array) -> Array:
    """Return the distances from `center` to a loop that is star-shaped about it, in directions `angle` (rad)."""
    offset = loop - center
    own = np.arctan2(offset[:, 1], offset[:, 0])
    order = np.argsort(own)
    return np.interp(angle, own[order], np.hypot(offset[:, 0], offset[:, 1])[order], period=2 * np.pi)


def keyed(at: Array, keys: list[tuple[float, float]]) -> Array:
    """Interpolate (position, value) keys smoothly and without overshoot (monotone cubic)."""
    position, value = (np.array(column, dtype=np.float64) for column in zip(*keys, strict=True))
    if len(position) == 1:
        return np.full_like(at, value[0])
    slope = np.diff(value) / np.diff(position)
    tangent = np.zeros_like(value)
    same_sign = slope[:-1] * slope[1:] > 0
    harmonic = 2 * slope[:-1] * slope[1:] / np.where(same_sign, slope[:-1] + slope[1:], 1.0)
    tangent[1:-1] = np.where(same_sign, harmonic, 0.0)
    tangent[0], tangent[-1] = slope[0], slope[-1]
    clipped = np.clip(at, position[0], position[-1])
    index = np.clip(np.searchsorted(position, clipped, side="right") - 1, 0, len(slope) - 1)
    span = position[index + 1] - position[index]
    t = (clipped - position[index]) / span
    return (
        value[index] * (1 + 2 * t) * (1 - t) ** 2
        + tangent[index] * span * t * (1 - t) ** 2
        + value[index + 1] * t**2 * (3 - 2 * t)
        + tangent[index + 1] * span * t**2 * (t - 1)
    )


def smoothstep(low: float, high: float, value: Array) -> Array:
    """Return 0 below `low`, 1 above `high`, and a smooth transition between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)
