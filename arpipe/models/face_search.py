"""Searches for faces that one pass over the whole frame misses: at a greater distance, and tile by tile."""

import math

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.inference.runtime import Runtime
from arpipe.models.detector import MAX_OVERLAP
from arpipe.models.face_detector import FaceDetector
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi

TILES_ACROSS = 2.0  # squares that fit side by side into the short side of the frame
MIN_TILE_PX = 320.0  # smaller tiles, enlarged, give false detections
TILE_STEP = 0.7  # largest step, in sides: a face at the edge of one square lies well inside the next one


class AutoFaceDetector:
    """Short range first; if it finds fewer faces than wanted, the full range adds those that it missed.

    Args:
        runtime: Loads the networks and owns them.
        wanted: Number of faces.
        min_score: In [0, 1]; faces with a lower score are not reported.
    """

    def __init__(self, runtime: Runtime, wanted: int = 1, min_score: float = 0.5) -> None:
        self._wanted = wanted
        self._short = FaceDetector("short", runtime, min_score)
        self._full = FaceDetector("full", runtime, min_score)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect as `FaceDetector.detect` does; the faces of the short range come first."""
        near = self._short.detect(frame, timer)
        if len(near) >= self._wanted:
            return near
        return join(near, self._full.detect(frame, timer))


class TiledFaceDetector(AutoFaceDetector):
    """For groups: as `AutoFaceDetector`, then the full range on overlapping tiles of the frame.

    Takes about 3 ms per tile, some 12 tiles for a photo, unless the whole frame shows all wanted faces.
    """

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect as `FaceDetector.detect` does; the faces that the whole frame shows come first."""
        large = super().detect(frame, timer)
        if len(large) >= self._wanted:
            return large
        squares = tiles(frame.width, frame.height)
        return join(large, self._full.detect_in(frame, squares, timer) if squares else ())


def tiles(width: int, height: int, across: float = TILES_ACROSS) -> list[Roi]:
    """Return overlapping upright squares that cover a frame, `across` to its short side; none for a small frame."""
    side = max(min(width, height) / across, MIN_TILE_PX)
    if side >= max(width, height):
        return []
    return [Roi(np.array([x, y]), side, 0.0) for y in _centers(height, side) for x in _centers(width, side)]


def _centers(length: int, side: float) -> list[float]:
    """Return the centres of squares along one edge, the first and the last flush with its ends."""
    if length <= side:
        return [length / 2.0]
    count = 1 + math.ceil((length - side) / (TILE_STEP * side))
    return [float(x) for x in np.linspace(side / 2.0, length - side / 2.0, count)]


def join(first: tuple[Detection, ...], second: tuple[Detection, ...]) -> tuple[Detection, ...]:
    """Return all of the first, and those of the second that overlap none of the first."""
    if not first:
        return second
    boxes = np.stack([face.box_px for face in first])
    return first + tuple(face for face in second if not (overlap(face.box_px, boxes) > MAX_OVERLAP).any())
