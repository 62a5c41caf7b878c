"""Person masks of several people in a stream: each is segmented in a crop around the face, a few of them per frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.models.segmentation import PersonMask
from arpipe.preprocess.fit import resize
from arpipe.timing import StageTimer
from arpipe.tracking.mask.motion import MaskMotion
from arpipe.tracking.mask.person import fade_of, part_of_person
from arpipe.tracking.mask.stream import Segmenter
from arpipe.tracking.mask.zoom import FramePart
from arpipe.types import Frame, Points

LOOKS_PER_FRAME = 2  # people who are segmented anew in a frame; masks of the others move with the picture
FINER = 2  # resolution of the masks together, over that of the whole frame's, once somebody is small
# Height of a face, px of the whole frame's mask, below which that mask is too coarse for its person.
SMALL_FACE = 20.0
RESTS = 0.7  # intersection over union with the wanted crop from which a crop is kept: another one has other errors


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """Somebody's part of the frame and mask; None before the first look, and how many frames ago that was."""

    part: FramePart
    mask: PersonMask | None = None
    age: int = 0


class GroupSegmenter:
    """Segments frames of a stream with several people.

    Args:
        segmenter: Segments frames.

    Attributes:
        faces_px: (4,) box of each face in the next frame; assign before each one.
    """

    def __init__(self, segmenter: Segmenter) -> None:
        self.faces_px: Sequence[Array] = ()
        self._segmenter = segmenter
        self._people: list[_Person] = []
        self._finer = 1
        self._motion = MaskMotion()

    def segment(self, frame: Frame, timer: StageTimer) -> PersonMask:
        """Segment a frame, at a finer resolution than its network's; stages `segment`, `predict` and `refine`."""
        whole = self._segmenter.segment(frame, timer)
        people = sorted(self._follow(frame), key=lambda person: (person.mask is not None, -person.age))
        self._people = [
            self._look(person, frame, timer, is_due=number < LOOKS_PER_FRAME)
            for number, person in enumerate(people)
        ]
        smallest_px = min(float(box[3] - box[1]) for box in self.faces_px)
        if smallest_px * len(whole.picture) < SMALL_FACE * frame.height:
            self._finer = FINER
        with timer.stage("refine"):
            return _merge(whole, self._people, frame, self._finer)

    def reset(self) -> None:
        """Forget the stream."""
        self._people, self._finer = [], 1

    def _follow(self, frame: Frame) -> list[_Person]:
        """Return the people of this frame, with the crops and masks of the last one where they still fit."""
        people = []
        for box in self.faces_px:
            part = part_of_person(box, frame.width, frame.height)
            if part.left >= part.right or part.top >= part.bottom:
                continue
            old = [each for each in self._people if _overlap(each.part, part) >= RESTS]
            best = max(old, key=lambda each: _overlap(each.part, part), default=_Person(part))
            if best not in people:  # two faces in one place are one person
                people.append(best)
        return people

    def _look(self, person: _Person, frame: Frame, timer: StageTimer, *, is_due: bool) -> _Person:
        """Return a person with a mask of this frame: segmented if it is their turn, else moved."""
        part = person.part.of(frame)
        if person.mask is not None and not is_due:
            with timer.stage("predict"):
                height, width = person.mask.probability.shape
                moved = self._motion.move(person.mask, resize(part.pixels, width, height))
            if moved is not None:
                return replace(person, mask=moved, age=person.age + 1)
        return _Person(person.part, self._segmenter.segment(part, timer))


def _overlap(one: FramePart, other: FramePart) -> float:
    return float(overlap(one.box_px, other.box_px[None])[0])


def _merge(whole: PersonMask, people: Sequence[_Person], frame: Frame, finer: int) -> PersonMask:
    """Return the masks together, finer than the whole frame's: the people's in their crops, which fade into it."""
    height, width = (finer * side for side in whole.probability.shape)
    rest = np.asarray(
        cv2.resize(whole.probability, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
    mask, covered = np.zeros_like(rest), np.zeros_like(rest)
    for person in people:
        if person.mask is None:
            continue
        part = person.part.scaled(width / frame.width, height / frame.height)
        weight = fade_of(part, width, height)
        place = np.s_[part.top : part.bottom, part.left : part.right]
        np.maximum(mask[place], weight * _resized(person.mask.probability, part), out=mask[place])
        np.maximum(covered[place], weight, out=covered[place])
    mask += (1.0 - covered) * rest
    return PersonMask(mask, whole.picture if finer == 1 else resize(frame.pixels, width, height))


def _resized(mask: Points, part: FramePart) -> Points:
    width, height = part.right - part.left, part.bottom - part.top
    method = cv2.INTER_AREA if width < mask.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (width, height), interpolation=method), np.float32)
