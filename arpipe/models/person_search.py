"""Looks harder for people than one look at the whole picture does."""

from arpipe.models.body_pose import PersonDetector
from arpipe.models.face_search import joined, tiles
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame

ACROSS = (1.0, 2.0)  # parts as large as the picture's short side, then half as large


class TiledPersonDetector:
    """For crowds and people far away: the whole picture first, then part by part while more are wanted.

    Args:
        whole: Looks; closed with this detector.
        wanted: Number of people.
    """

    def __init__(self, whole: PersonDetector, wanted: int) -> None:
        self._whole = whole
        self._wanted = wanted

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """As `PersonDetector.detect`; the people that larger parts show come first."""
        found = self._whole.detect(frame, timer)
        for across in ACROSS:
            squares = tiles(frame.width, frame.height, across)
            if squares and len(found) < self._wanted:
                found = joined(found, self._whole.detect_in(frame, squares, timer))
        return found

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._whole.close()
