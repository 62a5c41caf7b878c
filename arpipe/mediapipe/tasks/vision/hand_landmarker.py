"""Hands: landmarks, in the image and in metres, and sides."""

from dataclasses import dataclass
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.solutions.hands_connections import (
    HAND_INDEX_FINGER_CONNECTIONS,
    HAND_MIDDLE_FINGER_CONNECTIONS,
    HAND_PALM_CONNECTIONS,
    HAND_PINKY_FINGER_CONNECTIONS,
    HAND_RING_FINGER_CONNECTIONS,
    HAND_THUMB_CONNECTIONS,
)
from arpipe.mediapipe.tasks.assets import check_weights
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.mediapipe.tasks.vision.base import DetectingTask, ResultCallback
from arpipe.mediapipe.tasks.vision.connections import Connection, connected
from arpipe.mediapipe.tasks.vision.convert import handedness, normalized_landmarks, world_landmarks
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode
from arpipe.tracking.mediapipe.hands import hand_networks
from arpipe.tracking.mediapipe.many import ManyTracker
from arpipe.types import Frame

NETWORKS = {
    "hand_detector.tflite": "palm_detector_full",
    "hand_landmarks_detector.tflite": "hand_landmarks_full",
}


class HandLandmarksConnections:
    """Lines between the landmarks of a hand."""

    Connection = Connection

    HAND_PALM_CONNECTIONS = connected(HAND_PALM_CONNECTIONS)
    HAND_THUMB_CONNECTIONS = connected(HAND_THUMB_CONNECTIONS)
    HAND_INDEX_FINGER_CONNECTIONS = connected(HAND_INDEX_FINGER_CONNECTIONS)
    HAND_MIDDLE_FINGER_CONNECTIONS = connected(HAND_MIDDLE_FINGER_CONNECTIONS)
    HAND_RING_FINGER_CONNECTIONS = connected(HAND_RING_FINGER_CONNECTIONS)
    HAND_PINKY_FINGER_CONNECTIONS = connected(HAND_PINKY_FINGER_CONNECTIONS)
    HAND_CONNECTIONS = (
        HAND_PALM_CONNECTIONS
        + HAND_THUMB_CONNECTIONS
        + HAND_INDEX_FINGER_CONNECTIONS
        + HAND_MIDDLE_FINGER_CONNECTIONS
        + HAND_RING_FINGER_CONNECTIONS
        + HAND_PINKY_FINGER_CONNECTIONS
    )


@dataclass
class HandLandmarkerResult:
    """One entry per hand in each list."""

    handedness: list[list[Category]]
    hand_landmarks: list[list[NormalizedLandmark]]
    hand_world_landmarks: list[list[Landmark]]


@dataclass
class HandLandmarkerOptions:
    """Options of `HandLandmarker`.

    Attributes:
        base_options: Where the networks come from.
        running_mode: How images come.
        num_hands: Hands wanted.
        min_hand_detection_confidence: Score in [0, 1] that a detection needs.
        min_hand_presence_confidence: Score in [0, 1] that landmarks need.
        min_tracking_confidence: Accepted; tracked hands are taken for detected ones as with MediaPipe's default.
        result_callback: Gets the results of a live stream.
    """

    base_options: BaseOptions
    running_mode: VisionTaskRunningMode = VisionTaskRunningMode.IMAGE
    num_hands: int = 1
    min_hand_detection_confidence: float = 0.5
    min_hand_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    result_callback: ResultCallback[HandLandmarkerResult] | None = None


class HandLandmarker(DetectingTask[HandLandmarkerResult]):
    """Finds hands; make one with `create_from_options`.

    Args:
        options: What is asked for.
    """

    def __init__(self, options: HandLandmarkerOptions) -> None:
        runtime = Runtime()
        super().__init__(options.running_mode, options.result_callback, runtime)
        check_weights(options.base_options, NETWORKS)
        self._tracker = ManyTracker(
            hand_networks(runtime, "full", options.min_hand_detection_confidence),
            options.num_hands,
            options.min_hand_presence_confidence,
            follows=options.running_mode is not VisionTaskRunningMode.IMAGE,
        )

    @classmethod
    def create_from_options(cls, options: HandLandmarkerOptions) -> Self:
        """Load the networks."""
        return cls(options)

    @classmethod
    def create_from_model_path(cls, model_path: str) -> Self:
        """Load the networks for single images, with the weights of a file."""
        return cls(HandLandmarkerOptions(BaseOptions(model_asset_path=model_path)))

    def _compute(self, frame: Frame) -> HandLandmarkerResult:
        hands = self._tracker.update(frame, self._timer)
        return HandLandmarkerResult(
            handedness=[handedness(hand) for hand in hands],
            hand_landmarks=[normalized_landmarks(hand.landmarks, frame) for hand in hands],
            hand_world_landmarks=[world_landmarks(hand) for hand in hands],
        )
