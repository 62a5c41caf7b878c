"""What all tasks on hands have in common."""

from dataclasses import dataclass

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.tasks.vision.base import Result, TaskOptions
from arpipe.models.hands import HandObservation
from arpipe.tracking.mediapipe.hands import hand_networks
from arpipe.tracking.mediapipe.many import ManyTracker


@dataclass
class HandOptions(TaskOptions[Result]):
    """Options of tasks on hands.

    Attributes:
        num_hands: Hands wanted.
        min_hand_detection_confidence: Score in [0, 1] that a detection needs.
        min_hand_presence_confidence: Score in [0, 1] that landmarks need.
        min_tracking_confidence: Accepted; tracked hands are taken for detected ones as with MediaPipe's default.
    """

    num_hands: int = 1
    min_hand_detection_confidence: float = 0.5
    min_hand_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5

    def open_tracker(self, runtime: Runtime) -> ManyTracker[HandObservation]:
        """Load the networks and make a tracker; the runtime owns the networks."""
        networks = hand_networks(runtime, "full", self.min_hand_detection_confidence)
        return ManyTracker(networks, self.num_hands, self.min_hand_presence_confidence, follows=self.follows)
