"""Landmarks, labels and detections as plain objects."""

from arpipe.mediapipe.tasks.components.containers.bounding_box import BoundingBox
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.detections import Detection, DetectionResult
from arpipe.mediapipe.tasks.components.containers.keypoint import NormalizedKeypoint
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark

__all__ = [
    "BoundingBox",
    "Category",
    "Detection",
    "DetectionResult",
    "Landmark",
    "NormalizedKeypoint",
    "NormalizedLandmark",
]
