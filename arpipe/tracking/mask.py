"""Person masks of a stream of frames: steady in time, at the frame's size, with its edges."""

from typing import Protocol, Self

from arpipe.inference.session import SessionConfig
from arpipe.models.segmentation import PersonMask, PersonSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.mask_edges import refine
from arpipe.tracking.mask_steady import MaskSteadier
from arpipe.types import Frame, Points


class Segmenter(Protocol):
    """Finds people in a frame; `PersonSegmenter` is one, tests bring their own."""

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

    def update(self, frame: Frame, timer: StageTimer) -> Points:
        """(h, w) float32 mask of the next frame, 1 on people; stages `segment` and `refine`."""
        found = self._segmenter.segment(frame, timer)
        with timer.stage("refine"):
            steady = self._steadier.update(found, frame.captured_s)
            return refine(steady, found.seen, frame.pixels)

    def reset(self) -> None:
        """Forget: the next frame begins another stream."""
        self._steadier.reset()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._segmenter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
