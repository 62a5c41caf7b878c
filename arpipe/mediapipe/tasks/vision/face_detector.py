"""Faces as boxes with six key points."""

from dataclasses import dataclass

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.tasks.components.containers.bounding_box import BoundingBox
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.detections import Detection, DetectionResult
from arpipe.mediapipe.tasks.components.containers.keypoint import NormalizedKeypoint
from arpipe.mediapipe.tasks.vision.base import DetectingTask, TaskOptions
from arpipe.models import face_detector
from arpipe.types import Detection as Found
from arpipe.types import Frame

FaceDetectorResult = DetectionResult

NETWORKS = {"face_detector.tflite": "face_detector_short"}


@dataclass
class FaceDetectorOptions(TaskOptions[FaceDetectorResult]):
    """Options of `FaceDetector`.

    Attributes:
        min_detection_confidence: Score in [0, 1] that a detection needs.
        min_suppression_threshold: Accepted; boxes that overlap by more than 0.3 are one face, MediaPipe's default.
    """

    min_detection_confidence: float = 0.5
    min_suppression_threshold: float = 0.3


class FaceDetector(DetectingTask[FaceDetectorOptions, FaceDetectorResult]):
    """Detects faces up to about 2 m away; make one with `create_from_options`."""

    options_type = FaceDetectorOptions
    networks = NETWORKS

    def _open(self, options: FaceDetectorOptions, runtime: Runtime) -> None:
        self._detector = face_detector.FaceDetector("short", runtime, options.min_detection_confidence)

    def _compute(self, frame: Frame) -> FaceDetectorResult:
        return DetectionResult(
            [_converted(face, frame) for face in self._detector.detect(frame, self._timer)]
        )


def _converted(face: Found, frame: Frame) -> Detection:
    left, top, right, bottom = np.rint(face.box_px).astype(int).tolist()
    size = np.array([frame.width, frame.height], np.float64)
    return Detection(
        bounding_box=BoundingBox(left, top, right - left, bottom - top),
        categories=[Category(index=0, score=face.score)],
        keypoints=[
            NormalizedKeypoint(x, y, label="", score=0.0) for x, y in (face.keypoints_px / size).tolist()
        ],
    )
