"""Joint angles of a body in 3D, independent of its orientation to the camera."""

import math
from collections.abc import Mapping

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import TrackedBody

BONES: Mapping[str, tuple[str, str]] = {
    "shoulder": ("elbow", "hip"),
    "elbow": ("shoulder", "wrist"),
    "hip": ("shoulder", "knee"),
    "knee": ("hip", "ankle"),
    "ankle": ("knee", "toes"),
}
"""Joint → the two landmarks, on its side of the body, that span its angle."""

JOINTS = tuple(f"{side}_{joint}" for joint in BONES for side in ("left", "right"))


def joint_angles_deg(body: TrackedBody) -> dict[str, float]:
    """Return the angle at each of `JOINTS`, from the points in metres.

    Returns:
        Joint → degrees in [0, 180], 180 for a straight limb; NaN where two points coincide. An angle is as reliable as
        the visibility of its three landmarks.
    """
    return {joint: joint_angle_deg(body, joint) for joint in JOINTS}


def joint_angle_deg(body: TrackedBody, joint: str) -> float:
    """Return the angle at one of `JOINTS`, degrees in [0, 180]; NaN where two points coincide."""
    middle, *ends = (
        body.world_m[body.landmarks.topology.index(name)].astype(np.float64)
        for name in joint_landmarks(joint)
    )
    return _between_deg(ends[0] - middle, ends[1] - middle)


def joint_landmarks(joint: str) -> tuple[str, str, str]:
    """Return the landmark at one of `JOINTS`, and the two that span its angle."""
    side, _, name = joint.partition("_")
    one, other = BONES[name]
    return joint, f"{side}_{one}", f"{side}_{other}"


def _between_deg(one: Array, other: Array) -> float:
    if not (one.any() and other.any()):
        return math.nan
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other)))
