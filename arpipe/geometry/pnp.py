"""Perspective-n-point: the pose of known points from their projections in a calibrated camera.

Coordinates come first, (3, k) points and (2, k) projections: NumPy is slow along a short last axis.
"""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform

GAUSS_NEWTON_STEPS = 12
CONVERGED = 2e-4  # rad or m, size of the last step; the remaining error is a tenth of it
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
        points_m: (3, k) known points, not all in one plane.
        plane: (2, k) observed positions in the plane z = 1 of the camera frame.
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
        points_m: (3, k) known points.
        plane: (2, k) observed positions in the plane z = 1 of the camera frame.
        weights: (k,) weight of each, >= 0.
        rotation: (3, 3) `camera_from_points`.

    Returns:
        (3,) translation, m; None if the points would lie behind the camera.
    """
    placed = rotation @ points_m
    shares = weights / weights.sum()
    # x + tx = u (z + tz) and y + ty = v (z + tz), with one tx, ty and tz for all points.
    beyond = plane * placed[2] - placed[:2]  # tx - u tz and ty - v tz
    middle, mean = plane @ shares, beyond @ shares
    spread = (plane - middle[:, None]) * shares
    variance = float(np.vdot(spread, plane))
    if not variance > 0.0:
        return None
    depth = -float(np.vdot(spread, beyond)) / variance
    if not depth + float(placed[2].min()) > NEAREST_M:
        return None
    return np.append(mean + depth * middle, depth)


def _start(points_m: Array, plane: Array) -> RigidTransform | None:
    """Fit the weak-perspective pose in closed form: near enough to refine, and well-posed for a long lens."""
    middle, seen = points_m.mean(axis=1), plane.mean(axis=1)
    affine = np.linalg.lstsq((points_m.T - middle), (plane.T - seen), rcond=None)[0].T  # (2, 3)
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
    residuals = _Residuals(plane, weights, depths)
    inverse: Array | None = None
    for _ in range(GAUSS_NEWTON_STEPS):
        in_camera = rotation @ points_m
        in_camera += translation[:, None]
        if in_camera[2].min() <= NEAREST_M:
            return None
        seen = in_camera[:2] / in_camera[2]
        if inverse is None:
            inverse = residuals.inverse(in_camera, seen)
        step = inverse @ residuals.of(in_camera, seen)
        parameters = step.tolist()
        largest = max(map(abs, parameters))
        if not (largest < LARGEST_STEP and math.isfinite(sum(parameters))):
            return None
        turn = _rotation(*parameters[:3])
        rotation, translation = turn @ rotation, turn @ translation + step[3:]
        if largest < CONVERGED:
            # One Newton step to the nearest rotation suffices for the rounding errors of a few turns.
            rotation = 1.5 * rotation - 0.5 * (rotation @ (rotation.T @ rotation))
            return RigidTransform.unchecked(rotation, translation)
        if largest > NEAR_STEP:
            inverse = None
    return None


class _Residuals:
    """Residuals of a pose: x of all points, then y, then measured depths.

    Args:
        plane: As in `fit_pose`.
        weights: As in `fit_pose`.
        depths: As in `fit_pose`.
    """

    def __init__(self, plane: Array, weights: Array, depths: Depths | None) -> None:
        count = len(weights)
        self._plane = plane
        self._depths = None if depths is None else _DepthFit(depths, plane, weights)
        kinds = (weights, weights) if depths is None else (weights, weights, depths.weight * weights)
        self._weights = np.concatenate(kinds)
        self._values = np.empty(len(self._weights))
        self._across, self._along = self._values[: 2 * count].reshape(2, count), self._values[2 * count :]

    def of(self, in_camera: Array, seen: Array) -> Array:
        """Return the residuals, observed less predicted, of points in the camera frame; valid until the next call."""
        np.subtract(self._plane, seen, out=self._across)
        if self._depths is not None:
            self._depths.write_residuals(in_camera, self._along)
        return self._values

    def inverse(self, in_camera: Array, seen: Array) -> Array:
        """Return the (6, n) matrix that gives the step, a turn of the camera frame, then a shift, from residuals.

        It is the weighted pseudo-inverse of the derivatives of the predictions.
        """
        count = self._plane.shape[1]
        rows = np.zeros((6, len(self._values)))
        _project_derivatives(rows[:, :count], rows[:, count : 2 * count], seen, in_camera[2])
        if self._depths is not None:
            self._depths.write_derivatives(in_camera, rows[:3, 2 * count :])
        weighted = rows * self._weights
        inverse: Array = np.linalg.inv(weighted @ rows.T) @ weighted
        return inverse


class _DepthFit:
    """Residuals and derivatives of measured depths."""

    def __init__(self, depths: Depths, plane: Array, weights: Array) -> None:
        self._shares = weights / weights.sum()
        x, y = (plane @ self._shares).tolist()
        self._axis = np.array([x, y, 1.0]) / math.sqrt(x * x + y * y + 1.0)
        self._relative = depths.relative

    def write_residuals(self, in_camera: Array, values: Array) -> None:
        """Write (k,) measured less predicted depths of (3, k) points in the camera frame.

        A constant offset remains, which the step ignores, because the derivatives have no weighted mean.
        """
        np.matmul(self._axis, in_camera, out=values)
        values *= -1.0 / float(self._shares @ in_camera[2])
        values += self._relative

    def write_derivatives(self, in_camera: Array, rows: Array) -> None:
        """Write (3, k) derivatives by a turn, about their weighted means; the mean depth counts as constant.

        Those by a shift are 0: it moves all points alike, which the mean takes out again.
        """
        ax, ay, az = self._axis.tolist()
        np.matmul(np.array([[0.0, az, -ay], [-az, 0.0, ax], [ay, -ax, 0.0]]), in_camera, out=rows)
        rows -= (rows @ self._shares)[:, None]
        rows /= float(self._shares @ in_camera[2])


def _project_derivatives(across: Array, down: Array, seen: Array, z: Array) -> None:
    """Write the derivatives of x and y in the plane z = 1, (6, k) each and 0 so far."""
    u, v = seen
    across[3] = down[4] = over_z = 1.0 / z
    down[1] = u * v
    across[0] = -down[1]
    down[0] = -1.0 - v * v
    across[1] = 1.0 + u * u
    across[2] = -v
    down[2] = u
    across[5] = -u * over_z
    down[5] = -v * over_z


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
