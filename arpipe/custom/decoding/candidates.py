"""Boxes as a decoder returns them, and non-maximum suppression."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array

MOST_CANDIDATES = 2000  # that are compared with each other, the best ones


@dataclass(frozen=True, slots=True, eq=False)
class BoxCandidates:
    """Boxes in px of the network's input.

    Attributes:
        boxes: (m, 4) x0, y0, x1, y1.
        scores: (m,) in [0, 1].
        classes: (m,) indices.
    """

    boxes: Array
    scores: Array
    classes: npt.NDArray[np.intp]

    def at_least(self, score: float) -> "BoxCandidates":
        """Return those with a score, highest first; boxes that are not finite or have no area are dropped."""
        extent = self.boxes[:, 2:] - self.boxes[:, :2]
        usable = (self.scores >= score) & (extent > 0).all(axis=1) & np.isfinite(self.boxes).all(axis=1)
        kept = np.flatnonzero(usable)
        return self.of(kept[np.argsort(-self.scores[kept], kind="stable")][:MOST_CANDIDATES])

    def of(self, rows: npt.NDArray[np.intp]) -> "BoxCandidates":
        """Return some of them."""
        return BoxCandidates(self.boxes[rows], self.scores[rows], self.classes[rows])


def of_class_scores(boxes: Array, scores: Array) -> BoxCandidates:
    """Return each box with its best class.

    Args:
        boxes: (m, 4) x0, y0, x1, y1.
        scores: (m, classes).
    """
    classes = scores.argmax(axis=1)
    return BoxCandidates(boxes, scores[np.arange(len(scores)), classes], classes)


def corners(centers: Array) -> Array:
    """Return (m, 4) x0, y0, x1, y1 of boxes given as centre x, y, width, height."""
    half = centers[:, 2:4] / 2.0
    return np.hstack([centers[:, :2] - half, centers[:, :2] + half])


def suppress(found: BoxCandidates, max_overlap: float, most: int) -> BoxCandidates:
    """Keep the best box of each object: of two of one class that overlap more, the worse one is dropped.

    Args:
        found: Highest score first.
        max_overlap: Intersection over union.
        most: Boxes to keep.
    """
    kept: list[int] = []
    remaining = np.arange(len(found.scores))
    while remaining.size and len(kept) < most:
        best, remaining = int(remaining[0]), remaining[1:]
        kept.append(best)
        same = found.classes[remaining] == found.classes[best]
        remaining = remaining[~(same & (overlap(found.boxes[best], found.boxes[remaining]) > max_overlap))]
    return found.of(np.array(kept, np.intp))
