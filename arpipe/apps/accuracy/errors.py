"""Errors of poses, with differences of convention removed.

Two definitions of "straight ahead" differ by a constant rotation of the head frame, two definitions of its origin by a
constant offset in it. Both are estimated from the whole set and removed; the rest is error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform, angle_between_deg, angles_from_rotation

ALIGNMENT_STEPS = 20
LEAST_ERROR_DEG = 0.5  # smaller errors weigh no more than these in the alignment

YAW_BANDS_DEG = ((-90, -45), (-45, -20), (-20, 20), (20, 45), (45, 90))


@dataclass(frozen=True, slots=True, eq=False)
class PoseErrors:
    """Errors over a set.

    Attributes:
        total: Number of pictures.
        angles_deg: (n,) angle between estimated and true rotation, of the pictures where a pose was found.
        places_mm: (n,) distance of the places; empty where the labels have none.
        true_yaw_deg, true_pitch_deg: (n,) of the true poses, in arpipe's signs.
        yaw_deg, pitch_deg, roll_deg: (n,) estimated less true angles.
    """

    total: int
    angles_deg: Array
    places_mm: Array
    true_yaw_deg: Array
    true_pitch_deg: Array
    yaw_deg: Array
    pitch_deg: Array
    roll_deg: Array

    def in_band(self, low_deg: float, high_deg: float) -> Array:
        """Return the errors of heads whose true yaw lies in a band, degrees."""
        return self.angles_deg[(low_deg <= self.true_yaw_deg) & (self.true_yaw_deg < high_deg)]


def pose_errors(
    estimated: Sequence[RigidTransform | None],
    true_rotations: Sequence[Array],
    true_places_mm: Sequence[Array | None],
) -> PoseErrors:
    """Compare estimated with true poses.

    Args:
        estimated: `camera_from_head`, None where no pose was found.
        true_rotations: (3, 3) for each picture; axes of the head by any convention.
        true_places_mm: (3,) in the camera frame, for all pictures or for none.
    """
    found = [index for index, pose in enumerate(estimated) if pose is not None]
    poses = [pose for pose in estimated if pose is not None]
    truths = [true_rotations[index] for index in found]
    rotations = [pose.rotation for pose in poses]
    constant = align(rotations, truths)
    places = [place for index in found if (place := true_places_mm[index]) is not None]
    true_heads = [truth @ constant.T for truth in truths]  # in arpipe's axes of the head
    true_angles = _angles(true_heads)
    differences = (_angles(rotations) - true_angles + 180.0) % 360.0 - 180.0
    return PoseErrors(
        len(estimated),
        _angles_between(rotations, constant, truths),
        _place_errors(poses, places),
        true_angles[:, 0],
        true_angles[:, 1],
        *differences.T,
    )


def align(rotations: Sequence[Array], truths: Sequence[Array]) -> Array:
    """Estimate the constant (3, 3) rotation for which `rotation @ constant` is nearest to the truth, robustly."""
    differences = [rotation.T @ truth for rotation, truth in zip(rotations, truths, strict=True)]
    if not differences:
        return np.eye(3)
    constant = _mean(differences)
    for _ in range(ALIGNMENT_STEPS):
        weights = [1.0 / max(angle_between_deg(constant, each), LEAST_ERROR_DEG) for each in differences]
        constant = _mean([weight * each for weight, each in zip(weights, differences, strict=True)])
    return constant


def _mean(rotations: Sequence[Array]) -> Array:
    u, _, vt = np.linalg.svd(np.sum(rotations, axis=0))
    nearest: Array = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return nearest


def _angles_between(rotations: Sequence[Array], constant: Array, truths: Sequence[Array]) -> Array:
    """Return (n,) angles between each `rotation @ constant` and its truth, degrees."""
    pairs = zip(rotations, truths, strict=True)
    return np.array([angle_between_deg(rotation @ constant, truth) for rotation, truth in pairs])


def _angles(rotations: Sequence[Array]) -> Array:
    """Return (n, 3) yaw, pitch and roll, degrees."""
    angles = [angles_from_rotation(rotation) for rotation in rotations]
    return np.array([(each.yaw_deg, each.pitch_deg, each.roll_deg) for each in angles]).reshape(-1, 3)


def _place_errors(poses: Sequence[RigidTransform], places_mm: Sequence[Array]) -> Array:
    if not poses or len(places_mm) != len(poses):
        return np.empty(0)
    rotations = np.stack([pose.rotation for pose in poses])
    missing = np.stack(places_mm) - 1000.0 * np.stack([pose.translation_m for pose in poses])
    offset = np.linalg.lstsq(rotations.reshape(-1, 3), missing.ravel(), rcond=None)[0]
    errors: Array = np.linalg.norm(rotations @ offset - missing, axis=1)
    return errors
