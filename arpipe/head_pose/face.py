"""The part of a face that is fitted: which landmarks, with which weights."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.topology import IndexArray, Topology
from arpipe.types import Landmarks

LEAST_WEIGHT = 0.2  # of lips, lids and jaw: they help to locate the head, but expressions move them


@dataclass(frozen=True, slots=True, eq=False)
class FittedFace:
    """The landmarks on the skin, without irises, which move with the gaze.

    Attributes:
        indices: (k,) landmarks.
        canonical_m: (k, 3) their positions on the canonical face, m.
        weights: (k,) trust in each as a part of a rigid head; their sum is 1.
    """

    indices: IndexArray
    canonical_m: Array
    weights: Array


@cache
def fitted_face(topology: Topology) -> FittedFace:
    """Return the part of a topology that is fitted.

    Raises:
        ValueError: The topology has no rigid points (a body, for instance).
    """
    if not len(topology.rigid):
        raise ValueError(f"{topology.name} landmarks have no rigid points; a head pose needs a face")
    indices = np.unique(topology.triangles)
    weights = np.full(topology.count, LEAST_WEIGHT)
    weights[topology.rigid] = np.maximum(topology.rigid_weights, LEAST_WEIGHT)
    weights = weights[indices]
    return FittedFace(indices, topology.canonical_m[indices], weights / weights.sum())


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """Landmarks as rays of the camera.

    Attributes:
        plane: (n, 2) where each landmark lies in the plane z = 1 of the camera frame.
        depth: (n,) the network's z on the same scale.
    """

    plane: Array
    depth: Array

    @classmethod
    def of(cls, landmarks: Landmarks, camera: CameraIntrinsics) -> "SeenFace":
        """Un-project landmarks, correcting lens distortion."""
        points_px = landmarks.points_px.astype(np.float64)
        plane = camera.unproject(points_px[:, :2])
        per_px = float(np.ptp(plane[:, 0])) / max(float(np.ptp(points_px[:, 0])), 1e-6)
        return cls(plane, points_px[:, 2] * per_px)
