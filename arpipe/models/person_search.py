"""Searches for people that one pass over the whole frame misses."""

from arpipe.models.body_pose import PersonDetector
from arpipe.models.detector import join
from arpipe.models.face_search import tiles
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame

ACROSS = (1.0, 2.0)  # tiles as large as the short side of the frame, then half as large


class TiledPersonDetector:
    """For crowds and people far away: the whole frame first, then tiles while more people are wanted.

    Args:
        detector: Runs on the whole frame and on the tiles.
        wanted: Number of people.
    """

    def __init__(self, detector: PersonDetector, wanted: int) -> None:
        self._detector = detector
        self._wanted = wanted

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect as `PersonDetector.detect` does; the people that larger tiles show come first."""
        found = self._detector.detect(frame, timer)
        for across in ACROSS:
            squares = tiles(frame.width, frame.height, across)
            if squares and len(found) < self._wanted:
                found = join(found, self._detector.detect_in(frame, squares, timer))
        return found
