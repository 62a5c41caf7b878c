"""Searches for palms around faces, beside the frames."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future, wait
from typing import TypeAlias

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.networks import Detector
from arpipe.tracking.occlusion.crop import face_square
from arpipe.tracking.occlusion.hand_check import FrameCopy, HandCheck
from arpipe.types import Detection, Frame, TrackedFace

AREA = 1.5  # side of the searched square over the face's

Search: TypeAlias = Future[list[Detection]]


class PalmsNearFaces:
    """A palm detector that looks at the squares around some faces only, and not while frames wait.

    A search takes about as long as everything else in a frame of glasses, so it runs on another thread, and its results
    are used in a later frame.

    Args:
        detector: Detects palms in a picture; it is called on the thread of `background` only.
        background: Runs the searches.
        check: Tells hands from what only looks like a palm, on the same thread; None to report all palms.
    """

    def __init__(self, detector: Detector, background: Executor, check: HandCheck | None = None) -> None:
        self._detector, self._background, self._check = detector, background, check
        self._pending: Search | None = None
        self._found: Search | None = None

    def reset(self) -> None:
        """Forget a search that is under way, once it has ended, and what was found."""
        if self._pending is not None:
            wait([self._pending])
        self._pending = self._found = None
        if self._check is not None:
            self._check.reset()

    @property
    def is_searching(self) -> bool:
        """Whether the results of a search have not been taken yet."""
        return self._pending is not None

    def begin(self, context: FrameContext, faces: Sequence[TrackedFace]) -> None:
        """Begin to search around some faces of a frame; not while `is_searching`."""
        parts = [part for face in faces if (part := _part_around(face, context.frame)) is not None]
        if parts:
            self._pending = self._background.submit(self._search, parts, context.timer.beside())

    def _search(self, parts: Sequence[FrameCopy], timer: StageTimer) -> list[Detection]:
        return [_moved(palm, part.corner_px) for part in parts for palm in self._look(part, timer)]

    def _look(self, part: FrameCopy, timer: StageTimer) -> Sequence[Detection]:
        """Return the palms in a part of a frame, px of the part."""
        palms = self._detector.detect(part.frame, timer)
        return palms if self._check is None else self._check.confirm(part, palms, timer)

    def take(self, timer: StageTimer, *, waits: bool) -> bool:
        """Let `detect` report in this frame what a search has found, and return whether one has ended.

        Args:
            timer: Records the stage `detect`.
            waits: Wait for a search that is under way.
        """
        self._found = None
        if self._pending is not None and (waits or self._pending.done()):
            self._found, self._pending = self._pending, None
            with timer.stage("detect"):
                wait([self._found])
        return self._found is not None

    def detect(self, frame: Frame, timer: StageTimer) -> Sequence[Detection]:  # noqa: ARG002 - as `Detector`
        """Return the palms that the search has found, highest score first, px of the picture.

        Raises:
            NonFiniteOutput: The network has answered with NaN or infinity.
        """
        return () if self._found is None else sorted(self._found.result(), key=lambda each: -each.score)


def _part_around(face: TrackedFace, frame: Frame) -> FrameCopy | None:
    """Copy the part of a frame in which hands may reach a face; None if the face is outside."""
    square = face_square(face.landmarks)
    low, high = (square.center_px + side * AREA * square.size_px / 2.0 for side in (-1, 1))
    left, top = (max(0, round(each)) for each in low.tolist())
    right, bottom = (
        min(end, round(each)) for end, each in zip((frame.width, frame.height), high.tolist(), strict=True)
    )
    if right - left < 2 or bottom - top < 2:
        return None
    part = Frame(frame.part((slice(top, bottom), slice(left, right))).copy(), frame.captured_s, frame.index)
    return FrameCopy(part, np.array([left, top], np.float64))


def _moved(detection: Detection, by_px: Array) -> Detection:
    return Detection(detection.box_px + np.tile(by_px, 2), detection.keypoints_px + by_px, detection.score)
