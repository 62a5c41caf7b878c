"""The networks for faces, and their smoothing."""

from dataclasses import replace

from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import Observation
from arpipe.models.face_detector import FaceDetector, face_roi
from arpipe.models.face_mesh import FaceMesh, MeshKind
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.mediapipe.smoothing import AxisOneEuroFilter
from arpipe.tracking.networks import Networks
from arpipe.types import Landmarks

SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)


def face_networks(runtime: Runtime, mesh: MeshKind, min_detection: float) -> Networks[Observation]:
    """Load the short-range detector and a mesh.

    Args:
        runtime: Owns the networks.
        mesh: Which mesh.
        min_detection: Score that a detection needs.
    """
    return Networks(FaceDetector("short", runtime, min_detection), face_roi, FaceMesh(mesh, runtime))


class FaceSmoother:
    """Smooths the landmarks of one face from frame to frame."""

    def __init__(self) -> None:
        self._filter = AxisOneEuroFilter(SMOOTHING)

    def apply(self, landmarks: Landmarks | None, time_s: float) -> Landmarks | None:
        """Smooth the landmarks of the next frame; None, for a frame without the face, resets it."""
        if landmarks is None:
            self._filter.reset()
            return None
        x0, y0, x1, y1 = landmarks.box_px
        points = self._filter.apply(landmarks.points_px, time_s, float(x1 - x0 + y1 - y0) / 2.0)
        return replace(landmarks, points_px=points)
