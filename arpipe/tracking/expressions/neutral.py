"""The neutral face of a person, to which the scores of expressions are relative.

The network's scores of a resting face differ between people, by up to 0.9 for `browDownLeft`. What a person shows at
rest is therefore learned, and only the difference from it counts.
"""

import math

import numpy as np

from arpipe.geometry.quantiles import median
from arpipe.types import Points

LEARNING_S = 3.0  # length of the first stretch, whose median is the first neutral
TRUSTED_AFTER_S = 1.0  # from then on, what has been learned counts in full
SINK_S = 1.5  # time constant with which the neutral follows lower scores: an early smile is forgotten
RISE_S = 90.0  # time constant with which it follows higher ones, such as another camera angle
LEAST_RANGE = 0.25  # of what remains above the neutral: less would magnify noise


class NeutralFace:
    """Learns a person's neutral scores.

    The neutral is the median of the first seconds. Later it follows lower scores quickly and higher ones very slowly,
    because faces rest between expressions.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin to learn anew."""
        self._samples: list[Points] = []
        self._neutral: Points | None = None
        self._began_s = self._last_s = math.nan

    def observe(self, scores: Points, time_s: float) -> None:
        """Learn from the scores of a face that looks at the camera.

        Args:
            scores: (n,) in [0, 1], as the network gives them.
            time_s: Rising, s.
        """
        if not self._samples and self._neutral is None:
            self._began_s = time_s
        if time_s - self._began_s <= LEARNING_S:
            self._samples.append(scores)
            self._neutral = median(np.stack(self._samples, axis=-1))
        elif self._neutral is not None:
            self._samples = []
            self._follow(self._neutral, scores, time_s - self._last_s)
        self._last_s = time_s

    def relative(self, scores: Points) -> Points:
        """Return scores relative to the neutral face, in [0, 1]; as they are while nothing has been learned."""
        if self._neutral is None:
            return scores
        known_s = self._last_s - self._began_s
        neutral = self._neutral * np.float32(min(known_s / TRUSTED_AFTER_S, 1.0))
        relative: Points = np.clip((scores - neutral) / np.maximum(1.0 - neutral, LEAST_RANGE), 0.0, 1.0)
        return relative.astype(np.float32)

    def _follow(self, neutral: Points, scores: Points, interval_s: float) -> None:
        seconds = np.where(scores < neutral, SINK_S, RISE_S)
        gains = 1.0 - np.exp(-max(interval_s, 0.0) / seconds)
        self._neutral = (neutral + gains * (scores - neutral)).astype(np.float32)
