"""Person masks of a stream of frames."""

from collections.abc import Sequence
from typing import Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict

from arpipe.geometry.transforms import Array
from arpipe.inference.session import SessionConfig
from arpipe.models.segmentation import PersonSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.mask_stream import MaskStream, Segmenter
from arpipe.tracking.mask_zoom import Part, next_part, part_around, shows
from arpipe.types import Frame, Points

CHECK_EVERY = 15  # frames after which the whole frame is looked at again while a part is, and the reverse
OTHERS = 0.8  # what only the whole frame's mask shows, over a part's, above which the part misses somebody


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

    def update(
        self, frame: Frame, timer: StageTimer, every: int = 1, faces_px: Sequence[Array] = ()
    ) -> Points:
        """(h, w) float32 mask of the next frame, 1 on people.

        Args:
            frame: The next frame of one source.
            timer: Gets the stages `segment` or `predict`, and `refine`.
            every: As of `MaskStream.update`.
            faces_px: (4,) boxes of known faces: people whom the network overlooks are looked for there.
        """
        if frame.pixels.shape[:2] != self._shape:
            self.reset()
            self._shape = frame.pixels.shape[:2]
        mask = self._mask(frame, timer, every)
        if not self.config.zoom:
            return mask
        self._wait -= 1
        part = next_part(self._part, mask)
        if self._part is not None:
            if part == self._part:
                return self._checked(mask, frame, timer)
            self._turn_to(part)
            return mask
        if self._wait > 0:
            return mask
        if not shows(mask, faces_px):
            return self._nearer(
                part_around(faces_px, frame.width, frame.height), mask, frame, timer, faces_px
            )
        return self._nearer(part, mask, frame, timer, faces_px)

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

    def _nearer(
        self, part: Part | None, mask: Points, frame: Frame, timer: StageTimer, faces_px: Sequence[Array]
    ) -> Points:
        """The mask of a part, if it shows the people that the whole frame's does, and all faces; else that."""
        if part is None:
            return mask
        self._turn_to(part)
        near = self._mask(frame, timer)
        if _beyond(near, mask) <= OTHERS and shows(near, faces_px):
            return near
        self._turn_to(None)
        return mask

    def _checked(self, mask: Points, frame: Frame, timer: StageTimer) -> Points:
        """The mask; now and then, the whole frame's instead where that shows other people than the part's."""
        if self._wait > 0:
            return mask
        self._wait = CHECK_EVERY
        whole = self._segmenter.segment(frame, timer).probability
        size = whole.shape[1], whole.shape[0]
        if (
            _beyond(np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32), whole)
            <= OTHERS
        ):
            return mask
        self._turn_to(None)
        return self._mask(frame, timer)


def _beyond(mask: Points, other: Points) -> float:
    """What another mask (h, w) shows that the mask does not, over what the mask shows."""
    inside, also = mask > 0.5, other > 0.5
    return float(np.count_nonzero(also & ~inside)) / max(float(np.count_nonzero(inside)), 1.0)
