"""Hand landmarks and sides."""

import enum

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.convert import handedness, normalized_landmarks, world_landmarks
from arpipe.mediapipe.solution_base import (
    SolutionOutputs,
    TrackingSolution,
    checked_choice,
    checked_confidence,
    checked_count,
)
from arpipe.mediapipe.solutions.hands_connections import HAND_CONNECTIONS
from arpipe.models.palm_detector import HandVariant
from arpipe.tracking.mediapipe.hands import hand_networks
from arpipe.tracking.mediapipe.many import ManyTracker
from arpipe.types import Frame

__all__ = ["HAND_CONNECTIONS", "HandLandmark", "Hands"]

VARIANTS: tuple[HandVariant, HandVariant] = ("lite", "full")


class HandLandmark(enum.IntEnum):
    """Index of each landmark."""

    WRIST = 0
    THUMB_CMC = 1
    THUMB_MCP = 2
    THUMB_IP = 3
    THUMB_TIP = 4
    INDEX_FINGER_MCP = 5
    INDEX_FINGER_PIP = 6
    INDEX_FINGER_DIP = 7
    INDEX_FINGER_TIP = 8
    MIDDLE_FINGER_MCP = 9
    MIDDLE_FINGER_PIP = 10
    MIDDLE_FINGER_DIP = 11
    MIDDLE_FINGER_TIP = 12
    RING_FINGER_MCP = 13
    RING_FINGER_PIP = 14
    RING_FINGER_DIP = 15
    RING_FINGER_TIP = 16
    PINKY_MCP = 17
    PINKY_PIP = 18
    PINKY_DIP = 19
    PINKY_TIP = 20


class Hands(TrackingSolution):
    """Landmarks of hands.

    `process` returns three lists of equal length, or None for each without a hand: `multi_hand_landmarks` of
    `NormalizedLandmarkList`, `multi_hand_world_landmarks` of `LandmarkList` (metres around the hand's centre), and
    `multi_handedness` of `ClassificationList`. As in MediaPipe, "Left" and "Right" are right for mirrored images, as of
    a selfie camera; in others, they are swapped.

    Args:
        static_image_mode: Take every image by itself, not as the next one of a clip.
        max_num_hands: Hands wanted, at least 1; the detector rests while that many are tracked.
        model_complexity: 0 for the faster networks, 1 for the better ones.
        min_detection_confidence: Score in [0, 1] that a detection needs.
        min_tracking_confidence: Score in [0, 1] that landmarks need.
    """

    def __init__(
        self,
        static_image_mode: bool = False,
        max_num_hands: int = 2,
        model_complexity: int = 1,
        min_detection_confidence: float = 0.5,
        min_tracking_confidence: float = 0.5,
    ) -> None:
        wanted = checked_count("max_num_hands", max_num_hands)
        variant = VARIANTS[checked_choice("model_complexity", model_complexity, (0, 1))]
        runtime = Runtime()
        networks = hand_networks(
            runtime, variant, checked_confidence("min_detection_confidence", min_detection_confidence)
        )
        self._tracker = ManyTracker(
            networks,
            wanted,
            checked_confidence("min_tracking_confidence", min_tracking_confidence),
            follows=not static_image_mode,
        )
        super().__init__(runtime, self._tracker)

    def _process(self, frame: Frame) -> SolutionOutputs:
        hands = self._tracker.update(frame, self._timer)
        return SolutionOutputs(
            multi_hand_landmarks=[normalized_landmarks(hand.landmarks, frame) for hand in hands] or None,
            multi_hand_world_landmarks=[world_landmarks(hand.world_m) for hand in hands] or None,
            multi_handedness=[handedness(hand) for hand in hands] or None,
        )
