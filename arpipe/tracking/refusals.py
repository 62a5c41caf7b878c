"""Remembers where the detector takes something else for a subject, so that the landmark network rests there."""

from collections.abc import Sequence
from dataclasses import dataclass

from arpipe.tracking.matching import best_match
from arpipe.types import Roi

CERTAIN = 0.05  # score of landmarks below which nothing is there; hands in motion blur keep more
SAME_OVERLAP = 0.5  # of two squares
SHORTEST_REST_S, LONGEST_REST_S = 0.05, 1.0  # the rest doubles with each refusal
FORGET_S = 2.0  # without a detection in the square


@dataclass(slots=True)
class _Refused:
    roi: Roi
    rest_s: float
    looked_at_s: float
    detected_s: float


class Refusals:
    """Squares of detections in which the landmark network certainly found nothing.

    Palm detectors take corners of pictures and folds of clothes for hands, frame after frame, and the landmark network
    takes as long to refuse one as to find a hand.
    """

    def __init__(self) -> None:
        self._refused: list[_Refused] = []

    def due(self, rois: Sequence[Roi], time_s: float) -> list[Roi]:
        """Return the squares of detections that are worth a look at a time."""
        self._refused = [each for each in self._refused if 0.0 <= time_s - each.detected_s <= FORGET_S]
        return [roi for roi in rois if self._is_due(roi, time_s)]

    def judge(self, roi: Roi, score: float, time_s: float) -> None:
        """Take in the score of the landmark network for a square that was due."""
        if score >= CERTAIN:
            return
        known = self._find(roi)
        rest_s = SHORTEST_REST_S if known is None else min(2.0 * known.rest_s, LONGEST_REST_S)
        self._refused = [each for each in self._refused if each is not known]
        self._refused.append(_Refused(roi, rest_s, time_s, time_s))

    def _is_due(self, roi: Roi, time_s: float) -> bool:
        known = self._find(roi)
        if known is None:
            return True
        known.detected_s = time_s
        return time_s - known.looked_at_s > known.rest_s

    def _find(self, roi: Roi) -> _Refused | None:
        match = best_match(roi, [each.roi for each in self._refused], SAME_OVERLAP)
        return None if match is None else self._refused[match]
