"""Searches for faces that one pass over the whole frame misses: at a greater distance, and tile by tile."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.closer_look import CloserLook
from arpipe.models.detector import join
from arpipe.models.face_detector import FaceDetector
from arpipe.preprocess.crop import letterbox
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi

TILES_ACROSS = 2.0  # squares that fit side by side into the short side of the frame
MIN_TILE_PX = 320.0  # smaller tiles, enlarged, give false detections
TILE_STEP = 0.7  # largest step, in sides: a face at the edge of one square lies well inside the next one
NEAR_SHARE = 0.9  # side of the squares that complete faces at the edge, over the long side of the frame
NEAR_MARGIN = 0.35  # by which these squares extend beyond the frame, over its long side
LARGE_TILE_PX = (
    700.0  # in larger tiles of a photo, faces in a crowd are too small: tiles of half the side are added
)
DISTINCT = 0.6  # intersection over union up to which candidates are looked at separately: one box may be poor
SQUARES_AT_ONCE = 16  # in one run of a network
CANDIDATE = 0.5  # least score of a candidate, over that of a face: a closer look decides


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


class AlternatingFaceDetector:
    """Short range and full range in turns, so that searches take similar times.

    Args:
        runtime: Loads the networks and owns them.
        min_score: In [0, 1]; faces with a lower score are not reported.
    """

    def __init__(self, runtime: Runtime, min_score: float = 0.5) -> None:
        self._detectors = FaceDetector("short", runtime, min_score), FaceDetector("full", runtime, min_score)
        self.reset()

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect as `FaceDetector.detect` does, with the detector whose turn it is."""
        detector = self._detectors[self._turn % 2]
        self._turn += 1
        return detector.detect(frame, timer)

    def reset(self) -> None:
        """Begin with the short range again."""
        self._turn = 0


class TiledFaceDetector:
    """For photos and groups: both ranges on the whole frame, then on overlapping tiles of it, large and small.

    Faces that the edge of the frame cuts are completed by its mirror image. All are confirmed by a closer look, so that
    faint ones may be proposed. A photo takes 50 to 300 ms.

    Args:
        runtime: Loads the networks and owns them.
        wanted: Number of faces; the largest ones are reported.
        min_score: In [0, 1]; faces with a lower score are not reported.
    """

    def __init__(self, runtime: Runtime, wanted: int = 1, min_score: float = 0.5) -> None:
        self._wanted, self._min_score = wanted, min_score
        least = CANDIDATE * min_score
        self._short = FaceDetector("short", runtime, least, border="mirror")
        self._full = FaceDetector("full", runtime, least, border="mirror")
        self._look = CloserLook(runtime)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect as `FaceDetector.detect` does."""
        whole, large = letterbox(frame.width, frame.height), squares_beyond(frame.width, frame.height)
        small = [tile for across in _levels(frame) for tile in tiles(frame.width, frame.height, across)]
        candidates: tuple[Detection, ...] = ()
        for detector, squares in (
            (self._short, [whole]),
            (self._full, [whole]),
            (self._short, large),
            (self._full, large),
            (self._full, small),
        ):
            for some in _parts(squares):
                found = detector.detect_in(frame, some, timer)
                candidates = join(candidates, found, DISTINCT)
        found = self._look.confirm(frame, candidates, timer)
        faces = sorted((face for face in found if face.score >= self._min_score), key=_area, reverse=True)
        return tuple(sorted(faces[: self._wanted], key=lambda face: -face.score))


def squares_beyond(width: int, height: int) -> list[Roi]:
    """Return overlapping upright squares nearly as large as a frame that extend beyond its edges."""
    side, margin = NEAR_SHARE * max(width, height), NEAR_MARGIN * max(width, height)
    across, down = (
        [place - margin for place in _centers(length + 2.0 * margin, side)] for length in (width, height)
    )
    return [Roi(np.array([x, y]), side, 0.0) for y in down for x in across]


def tiles(width: int, height: int, across: float = TILES_ACROSS) -> list[Roi]:
    """Return overlapping upright squares that cover a frame, `across` to its short side; none for a small frame."""
    side = max(min(width, height) / across, MIN_TILE_PX)
    if side >= max(width, height):
        return []
    return [Roi(np.array([x, y]), side, 0.0) for y in _centers(height, side) for x in _centers(width, side)]


def _centers(length: float, side: float) -> list[float]:
    """Return the centres of squares along one edge, the first and the last flush with its ends."""
    if length <= side:
        return [length / 2.0]
    count = 1 + math.ceil((length - side) / (TILE_STEP * side))
    return [float(x) for x in np.linspace(side / 2.0, length - side / 2.0, count)]


def _area(face: Detection) -> float:
    return float(np.prod(face.box_px[2:] - face.box_px[:2]))


def _levels(frame: Frame) -> list[float]:
    """Return how many tiles fit into the short side of a frame, for each size of tiles."""
    levels = [TILES_ACROSS]
    while min(frame.width, frame.height) / levels[-1] > LARGE_TILE_PX:
        levels.append(2.0 * levels[-1])
    return levels


def _parts(squares: Sequence[Roi]) -> Iterator[Sequence[Roi]]:
    """Yield squares in parts, so that the memory of a pass is limited."""
    for first in range(0, len(squares), SQUARES_AT_ONCE):
        yield squares[first : first + SQUARES_AT_ONCE]
