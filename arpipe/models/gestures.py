"""Gestures of hands: a description of the hand's shape in 128 numbers, and the scores of seven gestures."""

from collections.abc import Sequence

import numpy as np

from arpipe.errors import NonFiniteOutput
from arpipe.inference.runtime import Runtime
from arpipe.types import Points

EMBEDDER, CLASSIFIER = "gesture_embedder", "gesture_classifier"
SMALLEST_EXTENT = 1e-5  # added to the hand's extent, as in MediaPipe's graph


class GestureNetworks:
    """The networks that describe and classify hands.

    Args:
        runtime: Loads the networks and owns them.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._embedder = runtime.load(EMBEDDER)
        self._classifier = runtime.load(CLASSIFIER)

    def embed(self, hands: Sequence[Points], right_scores: Sequence[float]) -> Points | None:
        """Describe the shapes of hands.

        Args:
            hands: (21, 3) landmarks of each hand, image px.
            right_scores: In [0, 1] for each hand; above 0.5, it is the person's right one.

        Returns:
            (n, 128) float32, or None if the network answered with NaN or infinity.
        """
        tensors = {
            "hand": np.stack([normalize_hand(points) for points in hands]),
            "handedness": np.array(right_scores, np.float32)[:, np.newaxis],
        }
        try:
            return self._embedder.run_named(tensors)["embedding"]
        except NonFiniteOutput:
            return None

    def classify(self, embeddings: Points) -> Points:
        """Return (n, 8) float32 scores in the order of `GESTURE_NAMES`; each row's sum is 1."""
        return self._classifier.run(embeddings)["scores"]


def normalize_hand(points_px: Points) -> Points:
    """Return (21, 3) points relative to the wrist, over the longer side of the hand's box."""
    centered = points_px - points_px[0]
    x, y = centered[:, 0], centered[:, 1]
    extent = max(float(x.max() - x.min()), float(y.max() - y.min()))
    normalized: Points = (centered / np.float32(extent + SMALLEST_EXTENT)).astype(np.float32)
    return normalized
