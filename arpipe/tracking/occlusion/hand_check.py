"""Tells hands from what only looks like a palm, beside the frames."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from arpipe.geometry.transforms import Array
from arpipe.models.hands import HandObservation
from arpipe.models.palm_detector import hand_roi
from arpipe.timing import StageTimer
from arpipe.tracking.networks import Locator
from arpipe.tracking.refusals import CERTAIN, Refusals
from arpipe.types import Detection, Frame, Roi


@dataclass(frozen=True, slots=True, eq=False)
class FrameCopy:
    """A copy of a part of a frame.

    Attributes:
        frame: The part.
        corner_px: (2,) its top left corner, px of the whole frame.
    """

    frame: Frame
    corner_px: Array


class HandCheck:
    """Drops palms in which the landmark network sees no hand, and looks at them again only later.

    Palm detectors take corners and folds for palms, and the landmark network takes as long to refuse one as everything
    else that is detected for glasses.

    Args:
        hands: Finds the landmarks of hands; called on the thread of the search only.
    """

    def __init__(self, hands: Locator[HandObservation]) -> None:
        self._hands = hands
        self._refusals = Refusals()

    def reset(self) -> None:
        """Forget what was refused; not while `confirm` runs."""
        self._refusals = Refusals()

    def confirm(self, part: FrameCopy, palms: Sequence[Detection], timer: StageTimer) -> list[Detection]:
        """Return those of the palms in a part of a frame that may be hands."""
        return [palm for palm in palms if self._may_be_hand(part, palm, timer)]

    def _may_be_hand(self, part: FrameCopy, palm: Detection, timer: StageTimer) -> bool:
        roi = hand_roi(palm)
        if roi is None:
            return False
        whole = replace(roi, center_px=roi.center_px + part.corner_px)
        time_s = part.frame.captured_s
        return bool(self._refusals.due([whole], time_s)) and self._is_seen(part, roi, whole, timer)

    def _is_seen(self, part: FrameCopy, roi: Roi, whole: Roi, timer: StageTimer) -> bool:
        (hand,) = self._hands.locate(part.frame, [roi], timer)
        if hand is None:
            return False
        self._refusals.judge(whole, hand.landmarks.score, part.frame.captured_s)
        return hand.landmarks.score >= CERTAIN
