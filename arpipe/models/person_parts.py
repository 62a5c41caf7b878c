"""Parts of people: MediaPipe's multiclass selfie segmenter, whose file the user adds."""

from enum import IntEnum

import cv2
import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.types import Pixels, Points
from arpipe.weights import store

NETWORK = "selfie_multiclass"


class PersonPart(IntEnum):
    """What a pixel shows, in the order of the network's classes."""

    BACKGROUND = 0
    HAIR = 1
    BODY_SKIN = 2
    FACE_SKIN = 3
    CLOTHES = 4
    OTHER = 5  # accessories


class PersonPartSegmenter:
    """Tells hair, skin of face and body, clothes and accessories in pictures of people.

    Args:
        runtime: Loads the network and owns it.

    Raises:
        WeightsError: The file of the network has not been added.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._network = runtime.load(NETWORK)
        self.side_px = self._network.input_shape[0]
        """Side of the pictures, px."""

    @staticmethod
    def is_available() -> bool:
        """Whether the file of the network has been added."""
        return store.is_at_hand(NETWORK)

    def segment(self, picture: Pixels, timer: StageTimer) -> Points:
        """Segment a picture; stage `segment`.

        Args:
            picture: (side_px, side_px, 3) uint8 RGB.
            timer: Records the stage.

        Returns:
            (6, side_px, side_px) float32 probabilities in the order of `PersonPart`.

        Raises:
            InferenceError: The runtime is closed.
            NonFiniteOutput: The network answered with NaN.
        """
        with timer.stage("segment"):
            logits = self._network.run((picture * np.float32(1.0 / 255.0))[None])["classes"][0]
            return softmax(np.stack(cv2.split(logits)))


def softmax(logits: Points) -> Points:
    """Return float32 probabilities along the first axis."""
    weights = np.exp(logits - logits.max(axis=0))
    return np.asarray(weights / weights.sum(axis=0), np.float32)
