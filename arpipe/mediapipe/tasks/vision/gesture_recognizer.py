"""Gestures of hands, with their landmarks."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.mediapipe.tasks.components.processors.classifier_options import ClassifierOptions
from arpipe.mediapipe.tasks.vision.base import VisionTask
from arpipe.mediapipe.tasks.vision.convert import handedness, normalized_landmarks, world_landmarks
from arpipe.mediapipe.tasks.vision.core.image_processing_options import ImageProcessingOptions
from arpipe.mediapipe.tasks.vision.hand_options import HandOptions
from arpipe.models.gestures import GestureNetworks
from arpipe.models.hands import HandObservation
from arpipe.types import GESTURE_NAMES, NO_GESTURE, Frame, Points

BACKGROUND = "None"  # MediaPipe's label of a hand without a gesture
LABELS = tuple(BACKGROUND if name == NO_GESTURE else name for name in GESTURE_NAMES)
NO_INDEX = -1  # MediaPipe gives gestures no index


@dataclass
class GestureRecognizerResult:
    """One entry per hand in each list."""

    gestures: list[list[Category]]
    handedness: list[list[Category]]
    hand_landmarks: list[list[NormalizedLandmark]]
    hand_world_landmarks: list[list[Landmark]]


@dataclass
class GestureRecognizerOptions(HandOptions[GestureRecognizerResult]):
    """Options of `GestureRecognizer`, besides `HandOptions`.

    Attributes:
        canned_gesture_classifier_options: Which of the seven gestures count.
        custom_gesture_classifier_options: Accepted; there are no gestures of one's own, for which `arpipe.Recognizer`
            is there.
    """

    canned_gesture_classifier_options: ClassifierOptions = field(default_factory=ClassifierOptions)
    custom_gesture_classifier_options: ClassifierOptions = field(default_factory=ClassifierOptions)


class GestureRecognizer(VisionTask[GestureRecognizerOptions, GestureRecognizerResult]):
    """Recognises gestures of hands; make one with `create_from_options`."""

    options_type = GestureRecognizerOptions
    networks: ClassVar = {
        "hand_landmarker.task!hand_detector.tflite": "palm_detector_full",
        "hand_landmarker.task!hand_landmarks_detector.tflite": "hand_landmarks_full",
        "hand_gesture_recognizer.task!gesture_embedder.tflite": "gesture_embedder",
        "hand_gesture_recognizer.task!canned_gesture_classifier.tflite": "gesture_classifier",
    }

    def recognize(
        self, image: Image, image_processing_options: ImageProcessingOptions | None = None
    ) -> GestureRecognizerResult:
        """Recognise gestures in a single image; in image mode."""
        return self._run_image(image, image_processing_options)

    def recognize_for_video(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> GestureRecognizerResult:
        """Recognise gestures in the next frame of a video; in video mode. See `DetectingTask.detect_for_video`."""
        return self._run_video(image, timestamp_ms, image_processing_options)

    def recognize_async(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> None:
        """Recognise gestures in the next image of a live stream. See `DetectingTask.detect_async`."""
        self._run_live(image, timestamp_ms, image_processing_options)

    def _open(self, options: GestureRecognizerOptions, runtime: Runtime) -> None:
        self._canned = options.canned_gesture_classifier_options
        if self._canned.category_allowlist and self._canned.category_denylist:
            raise ValueError("category_allowlist and category_denylist exclude each other")
        self._gestures = GestureNetworks(runtime)
        self._tracker = options.open_tracker(runtime)

    def _compute(self, frame: Frame) -> GestureRecognizerResult:
        hands = self._tracker.update(frame, self._timer)
        return GestureRecognizerResult(
            gestures=[[self._recognized(hand, frame)] for hand in hands],
            handedness=[handedness(hand) for hand in hands],
            hand_landmarks=[normalized_landmarks(hand.landmarks, frame) for hand in hands],
            hand_world_landmarks=[world_landmarks(hand) for hand in hands],
        )

    def _recognized(self, hand: HandObservation, frame: Frame) -> Category:
        embedding = self._gestures.embed([_points(hand, frame)], [hand.right_score])
        if embedding is None:
            return Category(NO_INDEX, 0.0, "", BACKGROUND)
        scores = dict(zip(LABELS, self._gestures.classify(embedding)[0].tolist(), strict=True))
        allowed = {label: score for label, score in scores.items() if self._allows(label, score)}
        label = max(allowed, key=allowed.__getitem__, default=BACKGROUND)
        return Category(NO_INDEX, scores[label], "", label)

    def _allows(self, label: str, score: float) -> bool:
        canned = self._canned
        if score < (canned.score_threshold or 0.0) or label in (canned.category_denylist or ()):
            return False
        return not canned.category_allowlist or label in canned.category_allowlist


def _points(hand: HandObservation, frame: Frame) -> Points:
    """Return (21, 3) landmarks as MediaPipe's graph scales them: z with the longer side, although it is in widths."""
    points = hand.landmarks.points_px.copy()
    points[:, 2] *= np.float32(max(frame.width, frame.height) / frame.width)
    return points
