"""Landmarks in the head frame, in metres."""

import math

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose.face import SeenFace

# Behind this z, one side of the face may hide the other, and the network's depth is mostly a guess: the sides take the
# depth of the fitted shape, m.
SIDE_FROM_M, SIDE_OVER_M = -0.02, 0.02
DEPTH_GAIN_LIMITS = (0.8, 1.5)  # how far the network's z may be stretched to agree with the fitted head


def metric_mesh(shape_m: Array, seen: SeenFace, pose: RigidTransform, gain: float | None = None) -> Array:
    """Place landmarks in the head frame, at the canonical face's size.

    Each landmark stays on its own ray, so the mesh projects onto the landmarks exactly. Its depth along the axis of
    the crop is the network's z, shifted to agree with the fitted head; at the sides of the face it is the fitted
    head's.

    Args:
        shape_m: (3, k) the shape that was fitted, in the head frame, m.
        seen: The landmarks.
        pose: The fitted pose.
        gain: Factor of the network's z; None for the one within `DEPTH_GAIN_LIMITS` that agrees best with the head.

    Returns:
        (n, 3) points, m.
    """
    weights = seen.weights
    x, y = (seen.fitted_plane @ weights).tolist()
    axis = np.array([x, y, 1.0]) / math.sqrt(x * x + y * y + 1.0)
    fitted_depth = (axis @ pose.rotation) @ shape_m
    fitted_depth += float(axis @ pose.translation_m)
    middle = float(weights @ fitted_depth)
    mean = float(weights @ seen.fitted_depth)
    if gain is None:
        gain = _best_gain(middle * (seen.fitted_depth - mean), fitted_depth - middle, weights)
    depth = (middle * gain) * seen.depth
    depth += middle - middle * gain * mean
    fitted = seen.face.indices
    sides = np.clip((SIDE_FROM_M - shape_m[2]) / SIDE_OVER_M, 0.0, 1.0)
    own = depth[fitted]
    depth[fitted] = own + sides * (fitted_depth - own)
    # A ray (u, v, 1) as far as the depth says, less the translation, turned into the head frame.
    rays = np.empty((3, len(depth)))
    np.divide(depth, axis[:2] @ seen.plane + axis[2], out=rays[2])
    np.multiply(seen.plane, rays[2], out=rays[:2])
    rays -= pose.translation_m[:, None]
    mesh_m: Array = rays.T @ pose.rotation
    return mesh_m


def _best_gain(relative: Array, fitted: Array, weights: Array) -> float:
    weighted = weights * relative
    gain = float(weighted @ fitted) / max(float(weighted @ relative), 1e-12)
    low, high = DEPTH_GAIN_LIMITS
    return min(max(gain, low), high)
