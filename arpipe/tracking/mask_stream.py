"""Person masks of frames that show the same place: steady in time, at the frame's size, with its edges."""

from typing import Protocol

import cv2

from arpipe.models.segmentation import PersonMask, stretched
from arpipe.timing import StageTimer
from arpipe.tracking.mask_edges import refine
from arpipe.tracking.mask_motion import MaskMotion
from arpipe.tracking.mask_steady import FORGET_S, MaskSteadier
from arpipe.types import Frame, Points


class Segmenter(Protocol):
    """Finds people in a frame; `PersonSegmenter` is one, tests bring their own."""

    @property
    def provider(self) -> str:
        """Where it runs."""
        ...

    def segment(self, frame: Frame, timer: StageTimer) -> PersonMask:
        """See `PersonSegmenter.segment`."""
        ...

    def close(self) -> None:
        """Free what is held."""
        ...


class MaskStream:
    """Follows the people's outline in frames that show the same place.

    Args:
        segmenter: Finds it.
    """

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._steadier = MaskSteadier()
        self._motion = MaskMotion()
        self._last: Points | None = None
        self._found: PersonMask | None = None
        self._found_s = 0.0
        self._since_look = 0

    def update(self, frame: Frame, timer: StageTimer, every: int = 1) -> Points:
        """(h, w) float32 mask of the next frame, 1 on people.

        Args:
            frame: The next frame of one source.
            timer: Gets the stages `segment` or `predict`, and `refine`.
            every: Let the network see every n-th frame; between, its mask moves with the picture, unless that is
                quite another one.
        """
        found = self._carried(frame, timer) if 0 < self._since_look < every else None
        if found is None:
            found, self._since_look = self._segmenter.segment(frame, timer), 0
        self._since_look += 1
        self._found, self._found_s = found, frame.captured_s
        with timer.stage("refine"):
            steady = self._steadier.update(found, frame.captured_s)
            mask = refine(steady.probability, found.seen, frame.pixels)
            if self._last is not None and steady.share is not None and self._last.shape == mask.shape:
                mask = _followed(self._last, mask, steady.share)
            self._last = mask
        return mask

    def reset(self) -> None:
        """Forget: the next frame begins another stream."""
        self._steadier.reset()
        self._last = self._found = None
        self._since_look = 0

    def _carried(self, frame: Frame, timer: StageTimer) -> PersonMask | None:
        """The last mask moved into a frame; None if that is not the next one of the same stream."""
        last, passed_s = self._found, frame.captured_s - self._found_s
        same_size = self._last is not None and self._last.shape == (frame.height, frame.width)
        if last is None or not same_size or not 0.0 < passed_s <= FORGET_S:
            return None
        with timer.stage("predict"):
            height, width = last.probability.shape
            return self._motion.carry(last, stretched(frame.pixels, width, height))


def _followed(last: Points, mask: Points, share: Points) -> Points:
    """(h, w) the last mask moved towards the new one by a share (h', w'): the picture's noise fades from edges."""
    height, width = mask.shape
    part = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
    mask -= last
    mask *= part
    mask += last
    return mask
