"""Synthetic heads: canonical or deformed points, seen by a known camera through an ideal network."""

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.topology import load_topology
from arpipe.types import Landmarks

CAMERA = CameraIntrinsics.from_fov(1280, 720, 55.0)


def observe(points_m: np.ndarray, camera: CameraIntrinsics = CAMERA, z_gain: float = 1.0) -> Landmarks:
    """Exact x and y of camera-frame points; z along the crop's axis in px, times `z_gain`."""
    points_px = camera.project(points_m)
    axis = np.append(camera.unproject(points_px).mean(axis=0), 1.0)
    depth = points_m @ axis / np.linalg.norm(axis)
    z_px = z_gain * (depth - depth.mean()) * np.ptp(points_px[:, 0]) / np.ptp(points_m[:, 0])
    points = np.column_stack([points_px, z_px]).astype(np.float32)
    return Landmarks(points, 1.0, load_topology("face"))


def pose_of(yaw: float, pitch: float, roll: float = 0.0, depth_m: float = 0.6) -> RigidTransform:
    """A head in the middle of the frame."""
    return RigidTransform(rotation_from_angles(yaw, pitch, roll), np.array([0.0, 0.0, depth_m]))


def long_face() -> np.ndarray:
    """(478, 3) a face 12 % longer and 8 % flatter than the canonical one, m."""
    return load_topology("face").canonical_m * (1.0, 1.12, 0.92)
