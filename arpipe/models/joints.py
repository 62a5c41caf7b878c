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
    topology = body.landmarks.topology
    points = {name: body.world_m[index].astype(np.float64) for name, index in topology.names.items()}
    angles = {}
    for name in JOINTS:
        side, joint = name.split("_")
        ends = [points[f"{side}_{end}"] - points[name] for end in BONES[joint]]
        angles[name] = _between_deg(ends[0], ends[1])
    return angles


def _between_deg(one: Array, other: Array) -> float:
    if not (one.any() and other.any()):
        return math.nan
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other)))
