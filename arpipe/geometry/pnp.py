"""Perspective-n-point: where known points must lie to be seen as they are."""

import math

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform

GAUSS_NEWTON_STEPS = 12
CONVERGED = 5e-5  # rad or m, the last step's: what remains is a tenth of it
NEAREST_M = 1e-3  # a point closer than that counts as behind the camera
LARGEST_STEP = 1e3  # rad or m: beyond, or not a number, the fit has run away
NEAR_STEP = 0.02  # rad or m: after a smaller step the derivatives still hold
FARTHEST_SCALE = 1e-5  # m⁻¹: no camera sees what is 100 km away


def fit_pose(
    points_m: Array, plane: Array, weights: Array, start: RigidTransform | None
) -> RigidTransform | None:
    """Pose under which a calibrated camera sees known points where it does; None if there is none.

    Minimises the weighted squared distances in the plane z = 1, by Gauss-Newton.

    Args:
        points_m: (k, 3) known points, not all in one plane.
        plane: (k, 2) where each is seen, in the plane z = 1 of the camera frame.
        weights: (k,) trust in each, >= 0.
        start: A pose near by, such as the last frame's; from the weak-perspective one when it is None or leads
            nowhere.
    """
    best = None if start is None else _refine(points_m, plane, weights, start)
    if best is not None:
        return best
    fresh = _start(points_m, plane)
    return None if fresh is None else _refine(points_m, plane, weights, fresh)


def _start(points_m: Array, plane: Array) -> RigidTransform | None:
    """Weak-perspective pose, in closed form: near enough to refine, and never ill-posed for a long lens."""
    middle, seen = points_m.mean(axis=0), plane.mean(axis=0)
    affine = np.linalg.lstsq(points_m - middle, plane - seen, rcond=None)[0].T  # (2, 3)
    u, singular, vt = np.linalg.svd(affine, full_matrices=False)
    if not singular[1] > FARTHEST_SCALE:
        return None
    across = u @ vt
    rotation = np.vstack([across, np.cross(across[0], across[1])])
    depth_m = 2.0 / float(singular.sum())
    return RigidTransform(rotation, np.append(seen, 1.0) * depth_m - rotation @ middle)


def _refine(points_m: Array, plane: Array, weights: Array, start: RigidTransform) -> RigidTransform | None:
    """Gauss–Newton on the six pose parameters; None if it passes behind the camera or does not settle."""
    rotation, translation = start.rotation, start.translation_m
    points, root = np.ascontiguousarray(points_m.T), np.sqrt(weights)
    wanted = plane.T * root
    gain: Array | None = None
    for _ in range(GAUSS_NEWTON_STEPS):
        in_camera = rotation @ points + translation[:, None]
        z = in_camera[2]
        if z.min() <= NEAREST_M:
            return None
        seen = in_camera[:2] / z
        residual = wanted - seen * root
        if gain is None:
            rows = _jacobian(seen, root, z)
            gain = np.linalg.inv(rows @ rows.T) @ rows
        step = gain @ residual.ravel()
        parameters = step.tolist()
        largest = max(map(abs, parameters))
        if not (largest < LARGEST_STEP and math.isfinite(sum(parameters))):
            return None
        turn = _rotation(*parameters[:3])
        rotation, translation = turn @ rotation, turn @ translation + step[3:]
        if largest < CONVERGED:
            # One Newton step to the nearest rotation: what a few turns have bent is far below its reach.
            rotation = 1.5 * rotation - 0.5 * (rotation @ (rotation.T @ rotation))
            return RigidTransform(rotation, translation)
        if largest > NEAR_STEP:
            gain = None
    return None


def _jacobian(seen: Array, root: Array, z: Array) -> Array:
    """(6, 2k) derivatives of the seen points, times `root`: by a small turn of the camera frame, then a shift."""
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
    """(3, 3) rotation about the vector by its length (Rodrigues, with the half angle's unit quaternion)."""
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
