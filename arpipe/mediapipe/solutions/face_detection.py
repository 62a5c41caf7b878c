"""Faces as boxes with six key points."""

import enum
from typing import Literal

from google.protobuf.message import Message

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.convert import detection
from arpipe.mediapipe.solution_base import SolutionBase, SolutionOutputs, checked_choice, checked_confidence
from arpipe.models.face_detector import FaceDetector
from arpipe.types import Frame

Reach = Literal["short", "full"]

REACHES: tuple[Reach, Reach] = ("short", "full")
DEFAULT_THRESHOLD = 0.5
OWN_THRESHOLDS: dict[Reach, float] = {"short": 0.5, "full": 0.6}


class FaceKeyPoint(enum.IntEnum):
    """Index of each key point; left and right are the person's."""

    RIGHT_EYE = 0
    LEFT_EYE = 1
    NOSE_TIP = 2
    MOUTH_CENTER = 3
    RIGHT_EAR_TRAGION = 4
    LEFT_EAR_TRAGION = 5


def get_key_point(detection: Message | None, key_point_enum: FaceKeyPoint) -> Message | None:
    """Return one key point of a detection, in sizes of the image; None without a detection."""
    if not detection or not detection.location_data:
        return None
    return detection.location_data.relative_keypoints[key_point_enum]


class FaceDetection(SolutionBase):
    """Detects faces, each image by itself.

    `process` returns `detections`, a list of `Detection`, surest first, or None without a face.

    Args:
        min_detection_confidence: Score in [0, 1] that a detection needs. MediaPipe 0.10.21 ignores it, and always takes
            `OWN_THRESHOLDS`; here values below 0.5 add fainter faces and values above drop them.
        model_selection: 0 for faces up to about 2 m away, 1 for up to 5 m.
    """

    def __init__(self, min_detection_confidence: float = 0.5, model_selection: int = 0) -> None:
        reach = REACHES[checked_choice("model_selection", model_selection, (0, 1))]
        self._min_score = checked_confidence("min_detection_confidence", min_detection_confidence)
        # A detection is the mean of all candidates above the threshold: another one would move it.
        threshold = OWN_THRESHOLDS[reach] if self._min_score >= DEFAULT_THRESHOLD else self._min_score
        runtime = Runtime()
        self._detector = FaceDetector(reach, runtime, threshold)
        super().__init__(runtime)

    def _process(self, frame: Frame) -> SolutionOutputs:
        faces = self._detector.detect(frame, self._timer)
        found = [detection(face, frame) for face in faces if face.score >= self._min_score]
        return SolutionOutputs(detections=found or None)
