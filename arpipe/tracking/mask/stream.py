"""Person masks of one part of a stream: steady in time, at the frame's size, with its edges."""

from collections.abc import Sequence
from typing import Protocol

import cv2

from arpipe.models.segmentation import PersonMask
from arpipe.preprocess.fit import resize
from arpipe.timing import StageTimer
from arpipe.tracking.mask.edges import refine
from arpipe.tracking.mask.motion import MaskMotion
from arpipe.tracking.mask.person import KnownPerson, close_holes, keep_people
from arpipe.tracking.mask.steady import FORGET_S, MaskSteadier
from arpipe.tracking.mask.zoom import covers_faces
from arpipe.types import Frame, Points


class Segmenter(Protocol):
    """Segments the people in a frame; `PersonSegmenter` is one, tests bring their own."""

    def segment(self, frame: Frame, timer: StageTimer) -> PersonMask:
        """See `PersonSegmenter.segment`."""
        ...


class MaskStream:
    """Follows the outline of people in frames that show the same place.

    Args:
        segmenter: Segments frames.

    Attributes:
        overlooks: Whether the network overlooked somebody whose face was known, when it last ran.
    """

    def __init__(self, segmenter: Segmenter) -> None:
        self.overlooks = False
        self._segmenter = segmenter
        self._steadier = MaskSteadier()
        self._motion = MaskMotion()
        self._last: Points | None = None
        self._found: PersonMask | None = None
        self._found_s = 0.0
        self._since_inference = 0

    def update(
        self, frame: Frame, timer: StageTimer, every: int = 1, people: Sequence[KnownPerson] = ()
    ) -> Points:
        """Return the mask of the next frame: (h, w) float32 in [0, 1], 1 on people.

        Args:
            frame: The next frame of one source.
            timer: Records the stages `segment` or `predict`, and `refine`.
            every: Run the network on every n-th frame only; in between, its mask moves with the picture, unless the
                scene has changed.
            people: Those whose faces are known, in px of the frame: they are in the mask, whatever the network says.
        """
        found = self._predicted(frame, timer) if 0 < self._since_inference < every else None
        is_new = found is None
        if found is None:
            found, self._since_inference = self._segmenter.segment(frame, timer), 0
        self._since_inference += 1
        self._found, self._found_s = found, frame.captured_s
        with timer.stage("refine"):
            rows, columns = found.probability.shape
            small = [each.scaled(columns / frame.width, rows / frame.height) for each in people]
            if is_new:
                self.overlooks = not covers_faces(found.probability, [each.box_px for each in small])
            keep_people(found.probability, small)
            close_holes(found.probability)
            steady = self._steadier.update(found, frame.captured_s)
            mask = refine(steady.probability, found.picture, frame.pixels)
            if self._last is not None and steady.share is not None and self._last.shape == mask.shape:
                mask = _blend(self._last, mask, steady.share)
            self._last = mask
        return mask

    def reset(self) -> None:
        """Forget everything: the next frame begins another stream."""
        self._steadier.reset()
        self._last = self._found = None
        self._since_inference = 0

    def _predicted(self, frame: Frame, timer: StageTimer) -> PersonMask | None:
        """Move the last mask into a frame; None if that is not the next frame of the same stream."""
        last, passed_s = self._found, frame.captured_s - self._found_s
        same_size = self._last is not None and self._last.shape == (frame.height, frame.width)
        if last is None or not same_size or not 0.0 < passed_s <= FORGET_S:
            return None
        with timer.stage("predict"):
            height, width = last.probability.shape
            return self._motion.move(last, resize(frame.pixels, width, height))


def _blend(last: Points, mask: Points, share: Points) -> Points:
    """Move the last mask (h, w) towards the new one by a share (h', w'), so that the noise of edges fades."""
    height, width = mask.shape
    part = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
    mask -= last
    mask *= part
    mask += last
    return mask
