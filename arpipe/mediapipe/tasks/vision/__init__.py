"""`mp.tasks.vision`."""

from arpipe.mediapipe.tasks.vision.core.image_processing_options import ImageProcessingOptions
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode as RunningMode
from arpipe.mediapipe.tasks.vision.face_detector import FaceDetector, FaceDetectorOptions, FaceDetectorResult
from arpipe.mediapipe.tasks.vision.face_landmarker import (
    FaceLandmarker,
    FaceLandmarkerOptions,
    FaceLandmarkerResult,
    FaceLandmarksConnections,
)
from arpipe.mediapipe.tasks.vision.gesture_recognizer import (
    GestureRecognizer,
    GestureRecognizerOptions,
    GestureRecognizerResult,
)
from arpipe.mediapipe.tasks.vision.hand_landmarker import (
    HandLandmarker,
    HandLandmarkerOptions,
    HandLandmarkerResult,
    HandLandmarksConnections,
)
from arpipe.mediapipe.tasks.vision.image_segmenter import (
    ImageSegmenter,
    ImageSegmenterOptions,
    ImageSegmenterResult,
)
from arpipe.mediapipe.tasks.vision.pose_landmarker import (
    PoseLandmarker,
    PoseLandmarkerOptions,
    PoseLandmarkerResult,
    PoseLandmarksConnections,
)

__all__ = [
    "FaceDetector",
    "FaceDetectorOptions",
    "FaceDetectorResult",
    "FaceLandmarker",
    "FaceLandmarkerOptions",
    "FaceLandmarkerResult",
    "FaceLandmarksConnections",
    "GestureRecognizer",
    "GestureRecognizerOptions",
    "GestureRecognizerResult",
    "HandLandmarker",
    "HandLandmarkerOptions",
    "HandLandmarkerResult",
    "HandLandmarksConnections",
    "ImageProcessingOptions",
    "ImageSegmenter",
    "ImageSegmenterOptions",
    "ImageSegmenterResult",
    "PoseLandmarker",
    "PoseLandmarkerOptions",
    "PoseLandmarkerResult",
    "PoseLandmarksConnections",
    "RunningMode",
]

_ABSENT = (
    "FaceAligner",
    "FaceStylizer",
    "HolisticLandmarker",
    "ImageClassifier",
    "ImageEmbedder",
    "InteractiveSegmenter",
    "ObjectDetector",
)


def __getattr__(name: str) -> object:
    if name.removesuffix("Options").removesuffix("Result") in _ABSENT:
        raise AttributeError(f"arpipe has no networks for mp.tasks.vision.{name}; it needs mediapipe itself")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
