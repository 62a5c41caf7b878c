"""Rotation and place of a face from its landmarks."""

import math
from dataclasses import dataclass

from arpipe.geometry.pnp import Depths, fit_pose, fit_translation
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose.face import SeenFace

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


def fit_face(seen: SeenFace, last: FaceFit | None) -> FaceFit | None:
    """Fit the canonical face to landmarks under full perspective.

    Args:
        seen: The landmarks.
        last: The fit of the last frame, to start from.

    Returns:
        The fit; None if the head would be behind the camera.
    """
    canonical_m, plane, weights = seen.face.canonical_m, seen.fitted_plane, seen.weights
    if last is None or last.age_frames >= MISFIT_FRAMES:
        outline = fit_pose(canonical_m, plane, weights, None if last is None else last.pose)
        if outline is None:
            return None
        misfit = relative_misfit(canonical_m, seen, outline)
        share = min(max((misfit - EXACT_MISFIT) / (USUAL_MISFIT - EXACT_MISFIT), 0.0), 1.0)
        last = FaceFit(outline, DEPTH_WEIGHT * share, 0)
    depths = None
    if last.depth_weight > 0.0:
        depths = Depths(DEPTH_SCALE * seen.fitted_depth, last.depth_weight)
    pose = fit_pose(canonical_m, plane, weights, last.pose, depths)
    return None if pose is None else FaceFit(pose, last.depth_weight, last.age_frames + 1)


def place_shape(shape_m: Array, seen: SeenFace, rotation: Array) -> RigidTransform | None:
    """Fit the place of a shape whose rotation is known.

    Args:
        shape_m: (3, k) the shape in the head frame, m.
        seen: The landmarks.
        rotation: (3, 3) `camera_from_head`.

    Returns:
        The pose; None if the head would be behind the camera.
    """
    translation = fit_translation(shape_m, seen.fitted_plane, seen.weights, rotation)
    return None if translation is None else RigidTransform.unchecked(rotation, translation)


def misfits(shape_m: Array, seen: SeenFace, pose: RigidTransform) -> Array:
    """Return (2,) weighted mean squares, in x and y of the plane z = 1, of the landmarks' distances from a shape."""
    in_camera = pose.rotation @ shape_m
    in_camera += pose.translation_m[:, None]
    off = in_camera[:2] / in_camera[2]
    off -= seen.fitted_plane
    off *= off
    means: Array = off @ seen.weights
    return means


def relative_misfit(shape_m: Array, seen: SeenFace, pose: RigidTransform) -> float:
    """Return the weighted RMS distance of landmarks from the projected shape, as a share of the face's long side."""
    plane = seen.fitted_plane
    sides = plane.max(axis=1) - plane.min(axis=1)
    return math.sqrt(float(misfits(shape_m, seen, pose).sum())) / max(float(sides.max()), 1e-9)
