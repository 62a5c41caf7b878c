"""Person masks of a stream of frames."""

from typing import Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict

from arpipe.inference.session import SessionConfig
from arpipe.models.segmentation import PersonSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.mask_stream import MaskStream, Segmenter
from arpipe.tracking.mask_zoom import Part, next_part
from arpipe.types import Frame, Points

CHECK_EVERY = 15  # frames after which the whole frame is looked at again while a part is, and the reverse
SAME = 0.5  # overlap of a part's mask with the whole frame's from which both show the same people


class MaskTrackerConfig(BaseModel):
    """How people are told from their background.

    Attributes:
        zoom: Look nearer while people fill a small part of the frame; else always at all of it, as MediaPipe does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    zoom: bool = True


class MaskTracker:
    """Follows the people's outline.

    Args:
        config: How.
        sessions: Where the networks run; they load with the first frame.
        segmenter: Used, and closed, instead of the networks.
    """

    def __init__(
        self,
        config: MaskTrackerConfig | None = None,
        sessions: SessionConfig | None = None,
        segmenter: Segmenter | None = None,
    ) -> None:
        self.config = config or MaskTrackerConfig()
        self._segmenter: Segmenter = segmenter or PersonSegmenter(sessions)
        self._stream = MaskStream(self._segmenter)
        self._part: Part | None = None
        self._wait = 0
        self._shape = (0, 0)

    def update(self, frame: Frame, timer: StageTimer, every: int = 1) -> Points:
        """(h, w) float32 mask of the next frame, 1 on people.

        Args:
            frame: The next frame of one source.
            timer: Gets the stages `segment` or `predict`, and `refine`.
            every: As of `MaskStream.update`.
        """
        if frame.pixels.shape[:2] != self._shape:
            self.reset()
            self._shape = frame.pixels.shape[:2]
        mask = self._mask(frame, timer, every)
        if not self.config.zoom:
            return mask
        self._wait -= 1
        part = next_part(self._part, mask)
        if part == self._part:
            return self._checked(mask, frame, timer)
        if self._part is not None:
            self._turn_to(part)
            return mask
        return mask if self._wait > 0 else self._nearer(part, mask, frame, timer)

    @property
    def provider(self) -> str:
        """Where the networks really run; "none" before one is loaded."""
        return self._segmenter.provider

    def reset(self) -> None:
        """Forget: the next frame begins another stream."""
        self._turn_to(None)
        self._wait = 0
        self._shape = (0, 0)

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._segmenter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _turn_to(self, part: Part | None) -> None:
        self._part = part
        self._wait = CHECK_EVERY
        self._stream.reset()

    def _mask(self, frame: Frame, timer: StageTimer, every: int = 1) -> Points:
        """Of the whole frame, found where it is looked at."""
        part = self._part
        if part is None:
            return self._stream.update(frame, timer, every)
        mask = np.zeros(frame.pixels.shape[:2], np.float32)
        mask[part.top : part.bottom, part.left : part.right] = self._stream.update(
            part.of(frame), timer, every
        )
        return mask

    def _nearer(self, part: Part | None, mask: Points, frame: Frame, timer: StageTimer) -> Points:
        """The mask of a part, if it shows the people that the whole frame's does; else that."""
        self._turn_to(part)
        near = self._mask(frame, timer)
        if _overlap(near, mask) >= SAME:
            return near
        self._turn_to(None)
        return mask

    def _checked(self, mask: Points, frame: Frame, timer: StageTimer) -> Points:
        """The mask; now and then, the whole frame's instead where that shows other people than the part's."""
        if self._part is None or self._wait > 0:
            return mask
        self._wait = CHECK_EVERY
        whole = self._segmenter.segment(frame, timer).probability
        size = whole.shape[1], whole.shape[0]
        if (
            _overlap(np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32), whole)
            >= SAME
        ):
            return mask
        self._turn_to(None)
        return self._mask(frame, timer)


def _overlap(mask: Points, other: Points) -> float:
    """Intersection over union of two masks (h, w); 1 where both are empty."""
    inside, also = mask > 0.5, other > 0.5
    either = np.count_nonzero(inside | also)
    return np.count_nonzero(inside & also) / either if either else 1.0
