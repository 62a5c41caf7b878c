"""The part of a face that is fitted: which landmarks, with which weights.

Coordinates come first, (3, k): NumPy is slow along a short last axis.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.topology import IndexArray, Topology
from arpipe.types import Landmarks

OUTSIDE_SHARE = 0.1  # of a landmark's weight, outside the picture
LEAST_WEIGHT = 0.2  # of lips, lids and jaw: they help to locate the head, but expressions move them


@dataclass(frozen=True, slots=True, eq=False)
class FittedFace:
    """The landmarks on the skin, without irises, which move with the gaze.

    Attributes:
        indices: (k,) landmarks; a slice where they follow each other, which selects without copying.
        canonical_m: (3, k) their positions on the canonical face, m.
        weights: (k,) trust in each as a part of a rigid head; their sum is 1.
    """

    indices: IndexArray | slice
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
    indices = topology.surface
    weights = np.full(topology.count, LEAST_WEIGHT)
    weights[topology.rigid] = np.maximum(topology.rigid_weights, LEAST_WEIGHT)
    weights = weights[indices]
    canonical_m = np.ascontiguousarray(topology.canonical_m[indices].T)
    return FittedFace(_as_slice(indices), canonical_m, weights / weights.sum())


def _as_slice(indices: IndexArray) -> IndexArray | slice:
    """Return consecutive indices as a slice, others as they are."""
    first, after = int(indices[0]), int(indices[0]) + len(indices)
    return slice(first, after) if np.array_equal(indices, np.arange(first, after)) else indices


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """Landmarks as rays of the camera.

    Attributes:
        face: The landmarks that are fitted.
        plane: (2, n) where each landmark lies in the plane z = 1 of the camera frame.
        depth: (n,) the network's z on the same scale.
        fitted_plane: (2, k) `plane` of those that are fitted.
        fitted_depth: (k,) `depth` of those that are fitted.
        weights: (k,) trust in each of them; their sum is 1.
    """

    face: FittedFace
    plane: Array
    depth: Array
    fitted_plane: Array
    fitted_depth: Array
    weights: Array

    @classmethod
    def of(cls, landmarks: Landmarks, camera: CameraIntrinsics) -> "SeenFace":
        """Un-project landmarks, correcting lens distortion.

        Raises:
            ValueError: The topology has no rigid points (a body, for instance).
        """
        face = fitted_face(landmarks.topology)
        points_px = np.ascontiguousarray(landmarks.points_px.T, dtype=np.float64)
        plane = np.ascontiguousarray(camera.unproject(points_px[:2].T).T)
        fitted_px, fitted_plane = points_px[:2, face.indices], plane[:, face.indices]
        low_px, high_px = fitted_px.min(axis=1), fitted_px.max(axis=1)
        width = float(fitted_plane[0].max() - fitted_plane[0].min())
        depth = points_px[2] * (width / max(float(high_px[0] - low_px[0]), 1e-6))
        is_whole = (
            (low_px >= 0.0).all() and high_px[0] <= camera.width - 1 and high_px[1] <= camera.height - 1
        )
        weights = face.weights if is_whole else _cut_weights(face, fitted_px, camera)
        return cls(face, plane, depth, fitted_plane, depth[face.indices], weights)


def _cut_weights(face: FittedFace, points_px: Array, camera: CameraIntrinsics) -> Array:
    """Return the (k,) trust in (2, k) fitted landmarks of a face cut by the edge of the picture.

    The networks only guess those outside.
    """
    last_px = np.array([[camera.width - 1], [camera.height - 1]])
    is_inside = ((points_px >= 0.0) & (points_px <= last_px)).all(axis=0)
    weights: Array = np.where(is_inside, face.weights, OUTSIDE_SHARE * face.weights)
    weights /= weights.sum()
    return weights
