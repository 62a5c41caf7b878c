"""Person masks of a stream of frames: steady in time, at the frame's size, with its edges."""

from typing import Protocol, Self

import cv2

from arpipe.inference.session import SessionConfig
from arpipe.models.segmentation import PersonMask, PersonSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.mask_edges import refine
from arpipe.tracking.mask_steady import MaskSteadier
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


class MaskTracker:
    """Follows the people's outline.

    Args:
        sessions: Where the networks run; they load with the first frame.
        segmenter: Used, and closed, instead of the networks.
    """

    def __init__(self, sessions: SessionConfig | None = None, segmenter: Segmenter | None = None) -> None:
        self._segmenter: Segmenter = segmenter or PersonSegmenter(sessions)
        self._steadier = MaskSteadier()
        self._last: Points | None = None

    def update(self, frame: Frame, timer: StageTimer) -> Points:
        """(h, w) float32 mask of the next frame, 1 on people; stages `segment` and `refine`."""
        found = self._segmenter.segment(frame, timer)
        with timer.stage("refine"):
            steady = self._steadier.update(found, frame.captured_s)
            mask = refine(steady.probability, found.seen, frame.pixels)
            if self._last is not None and steady.share is not None and self._last.shape == mask.shape:
                mask = _followed(self._last, mask, steady.share)
            self._last = mask
        return mask

    @property
    def provider(self) -> str:
        """Where the networks really run; "none" before one is loaded."""
        return self._segmenter.provider

    def reset(self) -> None:
        """Forget: the next frame begins another stream."""
        self._steadier.reset()
        self._last = None

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._segmenter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _followed(last: Points, mask: Points, share: Points) -> Points:
    """(h, w) the last mask moved towards the new one by a share (h', w'): the picture's noise fades from edges."""
    height, width = mask.shape
    part = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
    mask -= last
    mask *= part
    mask += last
    return mask
