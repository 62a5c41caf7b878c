"""Looks harder for faces than one look at the whole picture does: farther, and part by part."""

import math

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.inference.session import SessionConfig
from arpipe.models.detector import MAX_OVERLAP
from arpipe.models.face_detector import FaceDetector
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi

TILES_ACROSS = 2.0  # squares that fit side by side into the picture's short side
MIN_TILE_PX = 320.0  # smaller parts, enlarged, show faces where there are none
TILE_STEP = 0.7  # of a square's side, at most: a face on one square's edge lies well inside the next


class AutoFaceDetector:
    """Short range first; where it sees fewer faces than wanted, the full range adds those that it missed.

    Args:
        wanted: Number of faces.
        min_score: In [0, 1]; fainter faces are not reported.
        sessions: Where the networks run.
    """

    def __init__(
        self, wanted: int = 1, min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        self._wanted = wanted
        self._short = FaceDetector("short", min_score, sessions)
        self._full = FaceDetector("full", min_score, sessions)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """As `FaceDetector.detect`; the short range's faces come first."""
        near = self._short.detect(frame, timer)
        if len(near) >= self._wanted:
            return near
        return joined(near, self._full.detect(frame, timer))

    def close(self) -> None:
        """Free both networks; may be called twice."""
        self._short.close()
        self._full.close()


class TiledFaceDetector:
    """For groups: as `AutoFaceDetector`, then the full range looks at the picture part by part.

    Costs about 3 ms a part, some 12 parts for a photo, unless the whole picture shows all wanted faces.

    Args:
        wanted: Number of faces.
        min_score: In [0, 1]; fainter faces are not reported.
        sessions: Where the networks run.
    """

    def __init__(
        self, wanted: int = 1, min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        self._wanted = wanted
        self._whole = AutoFaceDetector(wanted, min_score, sessions)
        self._parts = FaceDetector("full", min_score, sessions)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """As `FaceDetector.detect`; the faces that the whole picture shows come first."""
        large = self._whole.detect(frame, timer)
        if len(large) >= self._wanted:
            return large
        squares = tiles(frame.width, frame.height)
        return joined(large, self._parts.detect_in(frame, squares, timer) if squares else ())

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._whole.close()
        self._parts.close()


def tiles(width: int, height: int, across: float = TILES_ACROSS) -> list[Roi]:
    """Overlapping upright squares that cover a picture, `across` to its short side; none for a small one."""
    side = max(min(width, height) / across, MIN_TILE_PX)
    if side >= max(width, height):
        return []
    return [Roi(np.array([x, y]), side, 0.0) for y in _centers(height, side) for x in _centers(width, side)]


def _centers(length: int, side: float) -> list[float]:
    """Of squares along one edge, the first and last flush with its ends."""
    if length <= side:
        return [length / 2.0]
    count = 1 + math.ceil((length - side) / (TILE_STEP * side))
    return [float(x) for x in np.linspace(side / 2.0, length - side / 2.0, count)]


def joined(first: tuple[Detection, ...], second: tuple[Detection, ...]) -> tuple[Detection, ...]:
    """All of the first, and those of the second that are others."""
    if not first:
        return second
    boxes = np.stack([face.box_px for face in first])
    return first + tuple(face for face in second if not (overlap(face.box_px, boxes) > MAX_OVERLAP).any())
