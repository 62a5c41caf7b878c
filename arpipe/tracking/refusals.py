"""Remembers where the detector takes something else for a subject, so that the landmark network rests there."""

from collections.abc import Sequence
from dataclasses import dataclass

from arpipe.tracking.matching import best_match
from arpipe.types import Roi

CERTAIN = 0.05  # score of landmarks below which nothing is there; hands in motion blur keep more
SAME_OVERLAP = 0.5  # of two squares
LONGEST_REST = 32  # frames; the rest doubles with each refusal
FORGET_AFTER = 64  # frames without a detection in the square


@dataclass(slots=True)
class _Refused:
    roi: Roi
    rest: int
    seen_at: int
    due_at: int


class Refusals:
    """Squares of detections in which the landmark network certainly found nothing.

    Palm detectors take corners of pictures and folds of clothes for hands, frame after frame, and the landmark network
    takes as long to refuse one as to find a hand.
    """

    def __init__(self) -> None:
        self._frame = 0
        self._refused: list[_Refused] = []

    def next_frame(self) -> None:
        """Begin the next frame, and forget squares in which nothing was detected for long."""
        self._frame += 1
        self._refused = [each for each in self._refused if self._frame - each.seen_at <= FORGET_AFTER]

    def due(self, rois: Sequence[Roi]) -> list[Roi]:
        """Return the squares of detections that are worth a look in this frame."""
        return [roi for roi in rois if self._is_due(roi)]

    def judge(self, roi: Roi, score: float) -> None:
        """Take in the score of the landmark network for a square that was due."""
        if score >= CERTAIN:
            return
        known = self._find(roi)
        rest = 1 if known is None else min(2 * known.rest, LONGEST_REST)
        self._refused = [each for each in self._refused if each is not known]
        self._refused.append(_Refused(roi, rest, self._frame, self._frame + rest))

    def _is_due(self, roi: Roi) -> bool:
        known = self._find(roi)
        if known is None:
            return True
        known.seen_at = self._frame
        return self._frame > known.due_at

    def _find(self, roi: Roi) -> _Refused | None:
        match = best_match(roi, [each.roi for each in self._refused], SAME_OVERLAP)
        return None if match is None else self._refused[match]
