"""Where the eyes look, from the irises of a face whose pose is known."""

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.topology import Topology, load_topology
from arpipe.types import Gaze, HeadPose

EYEBALL_RADIUS_M = 0.012  # of an adult, from its centre to the iris: 11.5 to 12.5 mm
SIDES = ("left", "right")


def look(pose: HeadPose) -> Gaze | None:
    """Return the mean direction of both eyes relative to the head; None for a face without irises.

    An eyeball turns about its centre, so the iris moves across the face by the sine of the angle; the canonical face
    looks straight ahead. Depth is not used, because the networks give none for irises.

    Args:
        pose: Pose with the person's own mesh.
    """
    topology = load_topology("face")
    if len(pose.metric_mesh_m) != topology.count:
        return None
    offset = _iris_offset(pose.metric_mesh_m, topology) / pose.scale - _iris_offset(
        topology.canonical_m, topology
    )
    x, y = np.clip(offset / EYEBALL_RADIUS_M, -1.0, 1.0)
    return Gaze(yaw_deg=float(np.rad2deg(np.arcsin(x))), pitch_deg=float(np.rad2deg(np.arcsin(y))))


def _iris_offset(mesh_m: Array, topology: Topology) -> Array:
    """Return (2,) mean x, y of the irises from the middles of the eyes' corners, head frame, m."""
    pupils = np.mean([mesh_m[topology.index(f"{side}_pupil")] for side in SIDES], axis=0)
    corners = [mesh_m[topology.index(f"{side}_eye_{end}")] for side in SIDES for end in ("outer", "inner")]
    offset: Array = (pupils - np.mean(corners, axis=0))[:2]
    return offset
