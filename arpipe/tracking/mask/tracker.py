"""Tracks the outline of the people in a stream of frames."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Self

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.face_search import TiledFaceDetector
from arpipe.models.segmentation import PersonSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.crowd import Crowd, FacesOfCrowds
from arpipe.tracking.mask.group import GroupSegmenter
from arpipe.tracking.mask.people import segment_people
from arpipe.tracking.mask.person import KnownPerson, known_people
from arpipe.tracking.mask.stream import MaskStream, Segmenter
from arpipe.tracking.mask.zoom import FramePart, next_part, part_around
from arpipe.tracking.networks import Detector
from arpipe.types import Frame, Points

MOST_PEOPLE = 100  # in a photo
CHECK_EVERY = (
    15  # frames after which the whole frame is segmented again while a part is followed, and vice versa
)
OTHERS = (
    0.8  # area that only the whole frame's mask shows, over the part's, above which the part misses somebody
)


class MaskTracker:
    """Person masks of a stream; `open` makes one with its networks.

    Args:
        config: How people are segmented.
        segmenter: Segments frames.
        open_faces: Opens the detector of faces for photos; None to take the faces of earlier trackers.
        crowd: Knows the faces of everybody in a stream; by default, those of earlier trackers.
    """

    def __init__(
        self,
        config: MaskTrackerConfig,
        segmenter: Segmenter,
        open_faces: Callable[[], Detector] | None = None,
        crowd: Crowd | None = None,
    ) -> None:
        self._zoom, self._follows = config.zoom, config.follows
        self._open_faces = open_faces
        self._faces: Detector | None = None
        self._segmenter = segmenter
        self._stream = MaskStream(segmenter)
        self._crowd = crowd or Crowd(None)
        self._group = GroupSegmenter(segmenter)
        self._group_stream = MaskStream(self._group)
        self._people: Sequence[KnownPerson] = ()
        self._part: FramePart | None = None
        self._wait = 0
        self._shape = (0, 0)

    @classmethod
    def open(cls, runtime: Runtime, config: MaskTrackerConfig | None = None) -> Self:
        """Make a tracker; its networks are loaded by the first frame, and owned by the runtime."""
        faces = partial(TiledFaceDetector, runtime, MOST_PEOPLE)
        crowd = Crowd(partial(FacesOfCrowds, runtime))
        return cls(config or MaskTrackerConfig(), PersonSegmenter(runtime), faces, crowd)

    def update(self, context: FrameContext) -> Points:
        """Return the mask of the next frame: (h, w) float32 in [0, 1], 1 on people.

        In photos and in groups, each person is segmented around the face; one person whom the network overlooks is
        searched for around `context.faces`. Stages are `segment` or `predict`, and `refine`, and `detect` in photos and
        now and then in streams.
        """
        frame, timer = context.frame, context.timer
        if self._zoom and not self._follows:
            people = known_people(self._find_faces(context), context)
            return segment_people(self._segmenter, frame, people, timer)
        if not self._follows or frame.shape[:2] != self._shape:
            self.reset()
            self._shape = frame.shape[:2]
        if not self._zoom:
            return self._mask(frame, timer, context.every)
        faces_px = [face.landmarks.box_px for face in context.faces if face.state != "coasting"]
        self._people = known_people(faces_px, context)
        crowd = self._crowd.update(context)
        if len(crowd) > 1:
            return self._together(crowd, context)
        if self._group.faces_px:
            self._leave_group()
        mask = self._mask(frame, timer, context.every)
        return self._follow(mask, frame, timer, faces_px)

    def _together(self, faces_px: Sequence[Array], context: FrameContext) -> Points:
        """Return the mask of a frame with several people."""
        if not self._group.faces_px:
            self._turn_to(None)
        self._group.faces_px = faces_px
        return self._group_stream.update(context.frame, context.timer, context.every, self._people)

    def _leave_group(self) -> None:
        self._group.faces_px = ()
        self._group.reset()
        self._group_stream.reset()

    def _follow(self, mask: Points, frame: Frame, timer: StageTimer, faces_px: Sequence[Array]) -> Points:
        """Return the mask of a frame, and choose the part of it to segment next."""
        self._wait -= 1
        part = next_part(self._part, mask)
        if self._part is not None:
            if part == self._part:
                return self._checked(mask, frame, timer)
            self._turn_to(part)
            return mask
        if self._wait > 0:
            return mask
        if self._stream.overlooks:
            part = part_around(faces_px, frame.width, frame.height)
        return self._zoomed(part, mask, frame, timer)

    def reset(self) -> None:
        """Forget everything: the next frame begins another stream."""
        self._turn_to(None)
        self._leave_group()
        self._crowd.reset()
        self._wait = 0
        self._shape = (0, 0)

    def _find_faces(self, context: FrameContext) -> Sequence[Array]:
        """Return the boxes of all faces of a photo, those in profile included."""
        if self._open_faces is None:
            return [face.landmarks.box_px for face in context.faces]
        if self._faces is None:
            self._faces = self._open_faces()
        return [face.box_px for face in self._faces.detect(context.frame, context.timer)]

    def _turn_to(self, part: FramePart | None) -> None:
        self._part = part
        self._wait = CHECK_EVERY
        self._stream.reset()

    def _mask(self, frame: Frame, timer: StageTimer, every: int = 1) -> Points:
        """Return the mask of the whole frame, segmented in the part that is followed."""
        part = self._part
        if part is None:
            return self._stream.update(frame, timer, every, self._people)
        mask = np.zeros(frame.shape[:2], np.float32)
        people = [person.in_part(part) for person in self._people]
        mask[part.top : part.bottom, part.left : part.right] = self._stream.update(
            part.of(frame), timer, every, people
        )
        return mask

    def _zoomed(self, part: FramePart | None, mask: Points, frame: Frame, timer: StageTimer) -> Points:
        """Return the mask of a part if it shows all faces and the people of the whole frame's mask; else that mask."""
        if part is None:
            return mask
        self._turn_to(part)
        near = self._mask(frame, timer)
        if _beyond(near, mask) <= OTHERS and not self._stream.overlooks:
            return near
        self._turn_to(None)
        return mask

    def _checked(self, mask: Points, frame: Frame, timer: StageTimer) -> Points:
        """Return the part's mask; now and then the whole frame's instead, if that shows other people."""
        if self._wait > 0:
            return mask
        self._wait = CHECK_EVERY
        whole = self._segmenter.segment(frame, timer).probability
        small = cv2.resize(mask, (whole.shape[1], whole.shape[0]), interpolation=cv2.INTER_AREA)
        if _beyond(np.asarray(small, np.float32), whole) <= OTHERS:
            return mask
        self._turn_to(None)
        return self._mask(frame, timer)


def _beyond(mask: Points, other: Points) -> float:
    """Return the area that only the other mask (h, w) shows, over the area of the mask."""
    inside, also = mask > 0.5, other > 0.5
    return float(np.count_nonzero(also & ~inside)) / max(float(np.count_nonzero(inside)), 1.0)
