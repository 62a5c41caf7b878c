"""Landmarks in the head frame, in metres."""

import math

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose.face import FittedFace, SeenFace

# Behind this z, one side of the face may hide the other, and the network's depth is mostly a guess: the sides take the
# depth of the fitted shape, m.
SIDE_FROM_M, SIDE_OVER_M = -0.02, 0.02
DEPTH_GAIN_LIMITS = (0.8, 1.5)  # how far the network's z may be stretched to agree with the fitted head


def metric_mesh(
    face: FittedFace, shape_m: Array, seen: SeenFace, pose: RigidTransform, gain: float | None = None
) -> Array:
    """Place landmarks in the head frame, at the canonical face's size.

    Each landmark stays on its own ray, so the mesh projects onto the landmarks exactly. Its depth along the axis of
    the crop is the network's z, shifted to agree with the fitted head; at the sides of the face it is the fitted
    head's.

    Args:
        face: What was fitted.
        shape_m: (k, 3) the shape that was fitted, in the head frame, m.
        seen: The landmarks.
        pose: The fitted pose.
        gain: Factor of the network's z; None for the one within `DEPTH_GAIN_LIMITS` that agrees best with the head.

    Returns:
        (n, 3) points, m.
    """
    plane, weights = seen.plane, face.weights
    x, y = (weights @ plane[face.indices]).tolist()
    axis = np.array([x, y, 1.0]) / math.sqrt(x * x + y * y + 1.0)
    fitted_depth = pose.apply(shape_m) @ axis
    middle = float(weights @ fitted_depth)
    relative = seen.depth * middle
    relative = relative - float(weights @ relative[face.indices])
    if gain is None:
        gain = _best_gain(relative[face.indices], fitted_depth - middle, weights)
    depth = middle + gain * relative
    sides = np.clip((SIDE_FROM_M - shape_m[:, 2]) / SIDE_OVER_M, 0.0, 1.0)
    depth[face.indices] += sides * (fitted_depth - depth[face.indices])
    # A ray (x, y, 1) as far as the depth says, less the translation, turned into the head frame.
    along = depth / (plane @ axis[:2] + axis[2])
    mesh_m: Array = along[:, None] * (plane @ pose.rotation[:2] + pose.rotation[2])
    mesh_m -= pose.translation_m @ pose.rotation
    return mesh_m


def _best_gain(relative: Array, fitted: Array, weights: Array) -> float:
    gain = float(weights @ (relative * fitted)) / max(float(weights @ relative**2), 1e-12)
    low, high = DEPTH_GAIN_LIMITS
    return min(max(gain, low), high)
