"""Hands: landmarks, in the image and in metres, and sides."""

from dataclasses import dataclass

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.solutions.hands_connections import (
    HAND_INDEX_FINGER_CONNECTIONS,
    HAND_MIDDLE_FINGER_CONNECTIONS,
    HAND_PALM_CONNECTIONS,
    HAND_PINKY_FINGER_CONNECTIONS,
    HAND_RING_FINGER_CONNECTIONS,
    HAND_THUMB_CONNECTIONS,
)
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.mediapipe.tasks.vision.base import DetectingTask
from arpipe.mediapipe.tasks.vision.connections import Connection, connected
from arpipe.mediapipe.tasks.vision.convert import handedness, normalized_landmarks, world_landmarks
from arpipe.mediapipe.tasks.vision.hand_options import HandOptions
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
class HandLandmarkerOptions(HandOptions[HandLandmarkerResult]):
    """Options of `HandLandmarker`; see `HandOptions`."""


class HandLandmarker(DetectingTask[HandLandmarkerOptions, HandLandmarkerResult]):
    """Finds hands; make one with `create_from_options`."""

    options_type = HandLandmarkerOptions
    networks = NETWORKS

    def _open(self, options: HandLandmarkerOptions, runtime: Runtime) -> None:
        self._tracker = options.open_tracker(runtime)

    def _compute(self, frame: Frame) -> HandLandmarkerResult:
        hands = self._tracker.update(frame, self._timer)
        return HandLandmarkerResult(
            handedness=[handedness(hand) for hand in hands],
            hand_landmarks=[normalized_landmarks(hand.landmarks, frame) for hand in hands],
            hand_world_landmarks=[world_landmarks(hand) for hand in hands],
        )
