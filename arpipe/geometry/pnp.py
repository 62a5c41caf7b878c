"""Perspective-n-point: where known points must lie to be seen as they are."""

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
    root = np.sqrt(weights)
    wanted = plane.T * root
    gain: Array | None = None
    for _ in range(GAUSS_NEWTON_STEPS):
        x, y, z = rotation @ points_m.T + translation[:, None]
        if z.min() <= NEAREST_M:
            return None
        u, v = x / z, y / z
        residual = wanted - np.stack((u, v)) * root
        if gain is None:
            rows = _jacobian(u, v, root, z)
            gain = np.asarray(np.linalg.solve(rows @ rows.T, rows), dtype=np.float64)
        step = gain @ residual.ravel()
        largest = float(np.abs(step).max())
        if not largest < LARGEST_STEP:
            return None
        turn = _rotation(np.asarray(step[:3], dtype=np.float64))
        rotation, translation = turn @ rotation, turn @ translation + step[3:]
        if largest < CONVERGED:
            u_, _, vt = np.linalg.svd(rotation)
            return RigidTransform(u_ @ vt, translation)
        if largest > NEAR_STEP:
            gain = None
    return None


def _jacobian(u: Array, v: Array, root: Array, z: Array) -> Array:
    """(6, 2k) derivatives of the seen points, times `root`: by a small turn of the camera frame, then a shift."""
    jacobian = np.zeros((6, 2, len(u)))
    ru, rv, over_z = u * root, v * root, root / z
    jacobian[0, 0] = -u * rv
    jacobian[0, 1] = -root - v * rv
    jacobian[1, 0] = root + u * ru
    jacobian[1, 1] = u * rv
    jacobian[2, 0] = -rv
    jacobian[2, 1] = ru
    jacobian[3, 0] = jacobian[4, 1] = over_z
    jacobian[5, 0] = -u * over_z
    jacobian[5, 1] = -v * over_z
    return jacobian.reshape(6, -1)


def _rotation(vector: Array) -> Array:
    """(3, 3) rotation about `vector` by its length (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: Array = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    return rotation
