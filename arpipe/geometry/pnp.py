"""Perspective-n-point: the pose of known points from their projections in a calibrated camera."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform

GAUSS_NEWTON_STEPS = 12
CONVERGED = 5e-5  # rad or m, size of the last step; the remaining error is a tenth of it
NEAREST_M = 1e-3  # a point closer than that counts as behind the camera
LARGEST_STEP = 1e3  # rad or m: beyond, or not a number, the fit has run away
NEAR_STEP = 0.02  # rad or m: after a smaller step the derivatives still hold
FARTHEST_SCALE = 1e-5  # m⁻¹: a distance of 100 km


@dataclass(frozen=True, slots=True, eq=False)
class Depths:
    """Measured depths of the points, a further residual.

    Attributes:
        relative: (k,) depth of each point along the ray through the middle of all, over their mean depth; a constant
            offset does not matter.
        weight: Weight of a depth relative to that of x and y, > 0.
    """

    relative: Array
    weight: float


def fit_pose(
    points_m: Array,
    plane: Array,
    weights: Array,
    start: RigidTransform | None,
    depths: Depths | None = None,
) -> RigidTransform | None:
    """Fit the pose whose projection matches the observed points best.

    Minimises the weighted squared distances in the plane z = 1 by Gauss-Newton. Depths are compared in the same unit,
    as shares of the mean depth, and about their weighted mean.

    Args:
        points_m: (k, 3) known points, not all in one plane.
        plane: (k, 2) observed positions in the plane z = 1 of the camera frame.
        weights: (k,) weight of each, >= 0.
        start: A nearby pose, such as the last frame's. None, or a start that does not converge, is replaced by the
            weak-perspective pose.
        depths: Measured depths, or None.

    Returns:
        The pose; None if there is none in front of the camera.
    """
    best = None if start is None else _refine(points_m, plane, weights, start, depths)
    if best is not None:
        return best
    fresh = _start(points_m, plane)
    return None if fresh is None else _refine(points_m, plane, weights, fresh, depths)


def fit_translation(points_m: Array, plane: Array, weights: Array, rotation: Array) -> Array | None:
    """Fit the translation of known points whose rotation is known, in closed form.

    Minimises the weighted squared distances of the points from their rays, measured parallel to the image.

    Args:
        points_m: (k, 3) known points.
        plane: (k, 2) observed positions in the plane z = 1 of the camera frame.
        weights: (k,) weight of each, >= 0.
        rotation: (3, 3) `camera_from_points`.

    Returns:
        (3,) translation, m; None if the points would lie behind the camera.
    """
    x, y, z = rotation @ points_m.T
    shares = weights / weights.sum()
    # x + tx = u (z + tz) and y + ty = v (z + tz), with one tx, ty and tz for all points.
    variance, covariance = 0.0, 0.0
    means: list[tuple[float, float]] = []
    for seen, across in ((plane[:, 0], x), (plane[:, 1], y)):
        beyond = seen * z - across  # tx - u tz, or ty - v tz
        mean = float(shares @ seen)
        weighted = shares * (seen - mean)
        variance += float(weighted @ seen)
        covariance += float(weighted @ beyond)
        means.append((mean, float(shares @ beyond)))
    if not variance > 0.0:
        return None
    depth = -covariance / variance
    if not depth + float(z.min()) > NEAREST_M:
        return None
    return np.array([*(beyond + depth * mean for mean, beyond in means), depth])


def _start(points_m: Array, plane: Array) -> RigidTransform | None:
    """Fit the weak-perspective pose in closed form: near enough to refine, and well-posed for a long lens."""
    middle, seen = points_m.mean(axis=0), plane.mean(axis=0)
    affine = np.linalg.lstsq(points_m - middle, plane - seen, rcond=None)[0].T  # (2, 3)
    u, singular, vt = np.linalg.svd(affine, full_matrices=False)
    if not singular[1] > FARTHEST_SCALE:
        return None
    across = u @ vt
    rotation = np.vstack([across, np.cross(across[0], across[1])])
    depth_m = 2.0 / float(singular.sum())
    return RigidTransform(rotation, np.append(seen, 1.0) * depth_m - rotation @ middle)


def _refine(
    points_m: Array, plane: Array, weights: Array, start: RigidTransform, depths: Depths | None
) -> RigidTransform | None:
    """Gauss–Newton on the six pose parameters; None if it passes behind the camera or does not converge."""
    rotation, translation = start.rotation, start.translation_m
    points, root = np.ascontiguousarray(points_m.T), np.sqrt(weights)
    wanted = plane.T * root
    depth_fit = None if depths is None else _DepthFit(depths, plane, weights)
    gain: Array | None = None
    for _ in range(GAUSS_NEWTON_STEPS):
        in_camera = rotation @ points + translation[:, None]
        z = in_camera[2]
        if z.min() <= NEAREST_M:
            return None
        seen = in_camera[:2] / z
        residual = (wanted - seen * root).ravel()
        if depth_fit is not None:
            residual = np.concatenate([residual, depth_fit.residual(in_camera)])
        if gain is None:
            gain = _gain(_jacobian(seen, root, z), depth_fit, in_camera)
        step = gain @ residual
        parameters = step.tolist()
        largest = max(map(abs, parameters))
        if not (largest < LARGEST_STEP and math.isfinite(sum(parameters))):
            return None
        turn = _rotation(*parameters[:3])
        rotation, translation = turn @ rotation, turn @ translation + step[3:]
        if largest < CONVERGED:
            # One Newton step to the nearest rotation suffices for the rounding errors of a few turns.
            rotation = 1.5 * rotation - 0.5 * (rotation @ (rotation.T @ rotation))
            return RigidTransform(rotation, translation)
        if largest > NEAR_STEP:
            gain = None
    return None


def _gain(rows: Array, depth_fit: "_DepthFit | None", in_camera: Array) -> Array:
    """Return the (6, n) matrix that turns residuals into a step, from the derivatives of the projected points."""
    if depth_fit is not None:
        rows = np.concatenate([rows, depth_fit.jacobian(in_camera)], axis=1)
    gain: Array = np.linalg.inv(rows @ rows.T) @ rows
    return gain


class _DepthFit:
    """Residuals and derivatives of measured depths."""

    def __init__(self, depths: Depths, plane: Array, weights: Array) -> None:
        self._shares = weights / weights.sum()
        self._root = np.sqrt(depths.weight * weights)
        x, y = (self._shares @ plane).tolist()
        self._axis = np.array([x, y, 1.0]) / math.sqrt(x * x + y * y + 1.0)
        self._relative = depths.relative - float(self._shares @ depths.relative)

    def residual(self, in_camera: Array) -> Array:
        """Return (k,) measured less predicted depths of (3, k) points in the camera frame, weighted."""
        predicted = (self._axis @ in_camera) / float(self._shares @ in_camera[2])
        residual: Array = self._root * (self._relative - predicted + float(self._shares @ predicted))
        return residual

    def jacobian(self, in_camera: Array) -> Array:
        """Return (6, k) derivatives, as `_jacobian`; the mean depth counts as constant."""
        (x, y, z), (ax, ay, az) = in_camera, self._axis.tolist()
        # A shift moves all points alike, which the mean takes out again: the last three rows are 0.
        rows = np.zeros((6, len(x)))
        rows[0], rows[1], rows[2] = y * az - z * ay, z * ax - x * az, x * ay - y * ax
        rows[:3] -= (rows[:3] @ self._shares)[:, None]
        rows[:3] *= self._root / float(self._shares @ z)
        return rows


def _jacobian(seen: Array, root: Array, z: Array) -> Array:
    """Return (6, 2k) derivatives of the projected points by a turn of the camera frame, then a shift, times `root`."""
    (u, v), (ru, rv) = seen, seen * root
    over_z = root / z
    jacobian = np.zeros((6, 2, len(u)))
    jacobian[0, 0] = -u * rv
    jacobian[0, 1] = -root - v * rv
    jacobian[1, 0] = root + u * ru
    jacobian[1, 1] = u * rv
    jacobian[2, 0] = -rv
    jacobian[2, 1] = ru
    jacobian[3, 0] = jacobian[4, 1] = over_z
    jacobian[5] = -seen * over_z
    return jacobian.reshape(6, -1)


def _rotation(x: float, y: float, z: float) -> Array:
    """Return the (3, 3) rotation about a vector by its length (Rodrigues, by the half angle's unit quaternion)."""
    angle = math.sqrt(x * x + y * y + z * z)
    share = math.sin(angle / 2.0) / angle if angle > 0.0 else 0.5
    w, x, y, z = math.cos(angle / 2.0), share * x, share * y, share * z
    return np.array(
        [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
        ]
    )
