"""Faces as boxes with six key points."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.tasks.assets import check_weights
from arpipe.mediapipe.tasks.components.containers.bounding_box import BoundingBox
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.detections import Detection, DetectionResult
from arpipe.mediapipe.tasks.components.containers.keypoint import NormalizedKeypoint
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.mediapipe.tasks.vision.base import DetectingTask, ResultCallback
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode
from arpipe.models import face_detector
from arpipe.types import Detection as Found
from arpipe.types import Frame

FaceDetectorResult = DetectionResult

NETWORKS = {"face_detector.tflite": "face_detector_short"}


@dataclass
class FaceDetectorOptions:
    """Options of `FaceDetector`.

    Attributes:
        base_options: Where the network comes from.
        running_mode: How images come.
        min_detection_confidence: Score in [0, 1] that a detection needs.
        min_suppression_threshold: Accepted; boxes that overlap by more than 0.3 are one face, MediaPipe's default.
        result_callback: Gets the results of a live stream.
    """

    base_options: BaseOptions
    running_mode: VisionTaskRunningMode = VisionTaskRunningMode.IMAGE
    min_detection_confidence: float = 0.5
    min_suppression_threshold: float = 0.3
    result_callback: ResultCallback[FaceDetectorResult] | None = None


class FaceDetector(DetectingTask[FaceDetectorResult]):
    """Detects faces up to about 2 m away; make one with `create_from_options`.

    Args:
        options: What is asked for.
    """

    def __init__(self, options: FaceDetectorOptions) -> None:
        runtime = Runtime()
        super().__init__(options.running_mode, options.result_callback, runtime)
        check_weights(options.base_options, NETWORKS)
        self._detector = face_detector.FaceDetector("short", runtime, options.min_detection_confidence)

    @classmethod
    def create_from_options(cls, options: FaceDetectorOptions) -> Self:
        """Load the network."""
        return cls(options)

    @classmethod
    def create_from_model_path(cls, model_path: str) -> Self:
        """Load the network for single images, with the weights of a file."""
        return cls(FaceDetectorOptions(BaseOptions(model_asset_path=model_path)))

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
