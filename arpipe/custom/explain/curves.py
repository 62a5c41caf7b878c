"""How good a heat map is: what happens to the score when its hottest places vanish first, or come first.

The areas below both curves are the measures of V. Petsiuk et al., BMVC 2018: a good map has a small deletion area and
a large insertion area.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.custom.explain.masks import BATCH, Score
from arpipe.geometry.transforms import Array
from arpipe.types import Pixels, Points

STEPS = 16
BLUR_SHARE = 0.05  # standard deviation of the blurred picture's Gaussian, over its side


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Scores while places are removed or added, hottest first.

    Attributes:
        deletion: (steps + 1,) from the whole picture to its blurred copy.
        insertion: (steps + 1,) from the blurred copy to the whole picture.
    """

    deletion: Array
    insertion: Array

    @property
    def deletion_area(self) -> float:
        """Mean height of the deletion curve, in [0, 1]; the smaller the better."""
        return _area(self.deletion)

    @property
    def insertion_area(self) -> float:
        """Mean height of the insertion curve, in [0, 1]; the larger the better."""
        return _area(self.insertion)


def curves(score: Score, picture: Pixels, heat: Points, steps: int = STEPS) -> Curves:
    """Measure a heat map.

    Args:
        score: Of the class, a probability.
        picture: (h, w, 3) RGB of the network's size.
        heat: (h, w) of any scale.
        steps: Parts in which places are removed.
    """
    height, width = picture.shape[:2]
    blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR_SHARE * max(height, width)), np.uint8)
    order = np.argsort(-heat.ravel(), kind="stable")
    rank = np.argsort(order, kind="stable").reshape(height, width, 1)
    counts = [round(step * order.size / steps) for step in range(steps + 1)]
    removed = [np.where(rank < count, blurred, picture) for count in counts]
    added = [np.where(rank < count, picture, blurred) for count in counts]
    pictures = removed + added
    scores = np.concatenate([score(pictures[at : at + BATCH]) for at in range(0, len(pictures), BATCH)])
    return Curves(scores[: steps + 1], scores[steps + 1 :])


def _area(curve: Array) -> float:
    return float((curve[:-1] + curve[1:]).sum() / 2.0 / (len(curve) - 1))
