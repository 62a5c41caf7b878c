"""The faces of the people in a stream: those that are tracked, and others that are searched for now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.closer_look import LEAST_MEAN, CloserLook
from arpipe.models.detector import join
from arpipe.models.face_search import AlternatingFaceDetector
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.person import SAME_FACE
from arpipe.tracking.networks import Detector
from arpipe.types import Detection, Frame

LEAST_SCORE = 0.35  # of a candidate, which a closer look confirms
SEARCH_EVERY = 30  # frames
FIRST_RANGES = 2  # in the first search of a stream; then one of them at a time
KEEP_FRAMES = 60  # for which somebody whose face is turned away still counts


class StreamDetector(Detector, Protocol):
    """A detector whose searches depend on those before them."""

    def reset(self) -> None:
        """Forget the stream."""


class FacesOfCrowds:
    """Finds faces of any distance in a stream: the short and the full range in turns, confirmed by a closer look.

    Args:
        runtime: Loads the networks and owns them.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._detector = AlternatingFaceDetector(runtime, LEAST_SCORE)
        self._look = CloserLook(runtime, least_small=LEAST_MEAN)
        self._ranges = FIRST_RANGES

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect faces, highest score first; stage `detect`."""
        found: tuple[Detection, ...] = ()
        for _ in range(self._ranges):
            found = join(found, self._detector.detect(frame, timer))
        self._ranges = 1
        return self._look.confirm(frame, found, timer)

    def reset(self) -> None:
        """Forget the stream: every one is searched alike, whatever came before it."""
        self._detector.reset()
        self._ranges = FIRST_RANGES


@dataclass(frozen=True, slots=True, eq=False)
class _SeenFace:
    """Where a face was last seen, (4,) left, top, right, bottom, px, and how many frames ago."""

    box_px: Array
    age: int = 0


class Crowd:
    """Everybody in a stream.

    Args:
        open_detector: Makes what searches for faces that are not tracked, at the first frame; None to rely on those
            that are.
    """

    def __init__(self, open_detector: Callable[[], StreamDetector] | None) -> None:
        self._open_detector = open_detector
        self._detector: StreamDetector | None = None
        self._faces: list[_SeenFace] = []
        self._wait = 0

    def update(self, context: FrameContext) -> Sequence[Array]:
        """Return the (4,) boxes of all faces that were seen lately; stage `detect` now and then."""
        seen = [face.landmarks.box_px for face in context.faces if face.state != "coasting"]
        seen += [box for box in self._search(context) if not _is_among(box, seen)]
        self._remember(seen)
        return [face.box_px for face in self._faces]

    def _remember(self, seen: Sequence[Array]) -> None:
        older = [_SeenFace(face.box_px, face.age + 1) for face in self._faces if face.age < KEEP_FRAMES]
        self._faces = [_SeenFace(box) for box in seen]
        self._faces += [face for face in older if not _is_among(face.box_px, seen)]

    def reset(self) -> None:
        """Forget the stream."""
        self._faces, self._wait = [], 0
        if self._detector is not None:
            self._detector.reset()

    def _search(self, context: FrameContext) -> Sequence[Array]:
        """Return the boxes of all faces in some frames, and nothing in between."""
        self._wait -= 1
        if self._open_detector is None or self._wait >= 0:
            return ()
        self._wait = SEARCH_EVERY
        if self._detector is None:
            self._detector = self._open_detector()
        return [each.box_px for each in self._detector.detect(context.frame, context.timer)]


def _is_among(box: Array, boxes: Sequence[Array]) -> bool:
    return bool(boxes) and float(overlap(box, np.stack(boxes)).max()) > SAME_FACE
