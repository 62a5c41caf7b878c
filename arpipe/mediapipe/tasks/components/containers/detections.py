"""Detections."""

from dataclasses import dataclass

from arpipe.mediapipe.tasks.components.containers.bounding_box import BoundingBox
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.keypoint import NormalizedKeypoint


@dataclass
class Detection:
    """What was found, and where."""

    bounding_box: BoundingBox
    categories: list[Category]
    keypoints: list[NormalizedKeypoint] | None = None


@dataclass
class DetectionResult:
    """All detections of an image, surest first."""

    detections: list[Detection]
