"""Rotation and place of a face from its landmarks."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.pnp import Depths, fit_pose, fit_translation
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose.face import FittedFace, SeenFace

# Without z, a long face and a nodding one look alike: looking up by 30° is measured as 20° to 26°. The networks' z
# distinguishes them. The networks also underestimate turns of the head, for which this factor of z compensates;
# docs/accuracy.md compares other values.
DEPTH_SCALE = 1.3
DEPTH_WEIGHT = 0.3

# If a face matches the canonical one far better than faces usually do, x and y suffice and z is ignored.
# Misfits of 159 real faces: 1.2 % to 3.8 % of the long side.
EXACT_MISFIT, USUAL_MISFIT = 0.003, 0.009
MISFIT_FRAMES = 10  # frames between measurements of the misfit, which is a trait of the face


@dataclass(frozen=True, slots=True, eq=False)
class FaceFit:
    """A fitted face.

    Attributes:
        pose: Pose of the canonical face.
        depth_weight: Weight of z, from the misfit of x and y.
        age_frames: Frames since the misfit was measured.
    """

    pose: RigidTransform
    depth_weight: float
    age_frames: int


def fit_face(face: FittedFace, seen: SeenFace, last: FaceFit | None) -> FaceFit | None:
    """Fit the canonical face to landmarks under full perspective.

    Args:
        face: The landmarks to fit, and their weights.
        seen: Observed rays of all landmarks.
        last: The fit of the last frame, to start from.

    Returns:
        The fit; None if the head would be behind the camera.
    """
    plane = seen.plane[face.indices]
    if last is None or last.age_frames >= MISFIT_FRAMES:
        outline = fit_pose(face.canonical_m, plane, face.weights, None if last is None else last.pose)
        if outline is None:
            return None
        misfit = relative_misfit(face, face.canonical_m, seen, outline)
        share = min(max((misfit - EXACT_MISFIT) / (USUAL_MISFIT - EXACT_MISFIT), 0.0), 1.0)
        last = FaceFit(outline, DEPTH_WEIGHT * share, 0)
    depths = None
    if last.depth_weight > 0.0:
        depths = Depths(DEPTH_SCALE * seen.depth[face.indices], last.depth_weight)
    pose = fit_pose(face.canonical_m, plane, face.weights, last.pose, depths)
    return None if pose is None else FaceFit(pose, last.depth_weight, last.age_frames + 1)


def place_shape(face: FittedFace, shape_m: Array, seen: SeenFace, rotation: Array) -> RigidTransform | None:
    """Fit the place of a shape whose rotation is known.

    Args:
        face: What is fitted.
        shape_m: (k, 3) the shape in the head frame, m.
        seen: The landmarks.
        rotation: (3, 3) `camera_from_head`.

    Returns:
        The pose; None if the head would be behind the camera.
    """
    translation = fit_translation(shape_m, seen.plane[face.indices], face.weights, rotation)
    return None if translation is None else RigidTransform(rotation, translation)


def relative_misfit(face: FittedFace, shape_m: Array, seen: SeenFace, pose: RigidTransform) -> float:
    """Return the weighted RMS distance of landmarks from the projected shape, as a share of the face's long side."""
    u, v = seen.plane[face.indices].T
    x, y, z = pose.rotation @ shape_m.T + pose.translation_m[:, None]
    mean = float(face.weights @ ((x / z - u) ** 2 + (y / z - v) ** 2))
    return math.sqrt(mean) / max(float(np.ptp(u)), float(np.ptp(v)), 1e-9)
