"""Gives subjects one id across the pieces of a video, by comparing the frames in which pieces overlap.

The frames before a piece were processed twice: at the end of the piece before, and to warm up this one. Subjects whose
boxes agree in them are the same, and keep the id of the piece before. All others get the next free id.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from statistics import fmean

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.subjects import exported
from arpipe.types.rounding import Record

MIN_OVERLAP = 0.3  # intersection over union, on average over the frames in which both subjects are

Boxes = Mapping[int, Sequence[float]]
"""Id → x0, y0, x1, y1, px."""

Shares = defaultdict[tuple[int, int], list[float]]
"""Id in the piece before and in this one → intersections over union, one for each frame that has both."""


@dataclass(slots=True)
class _Ids:
    """The ids of one kind of subject.

    Attributes:
        known: Id within the piece → id within the video.
        latest: Highest id within the video so far.
        recent: Times of the last frames, s, with their boxes by ids within the video.
    """

    known: dict[int, int] = field(default_factory=dict)
    latest: int = 0
    recent: deque[tuple[float, Boxes]] = field(default_factory=deque)

    def begin_piece(self, warm_up: Iterable[tuple[float, Boxes]]) -> None:
        """Find the subjects of the last frames among those that warm up the next piece."""
        before = dict(self.recent)
        shares: Shares = defaultdict(list)
        for time_s, boxes in warm_up:
            _compare(before.get(time_s, {}), boxes, shares)
        self.known = _match(shares)

    def rename(self, subject: Record) -> Record:
        """Return a subject with its id within the video."""
        own = subject["id"]
        if own not in self.known:
            self.latest += 1
            self.known[own] = self.latest
        return {**subject, "id": self.known[own]}


class JoinedIds:
    """Renames the subjects of all pieces of a video, one piece after the other.

    Args:
        overlap_s: How long the frames are that a piece shares with the one before, s.
    """

    def __init__(self, overlap_s: float) -> None:
        self._overlap_s = overlap_s
        self._kinds = {subject.results: _Ids() for subject in exported()}

    def begin_piece(self, warm_up: Sequence[Record]) -> None:
        """Begin a piece, given its frames that also belong to the piece before, as `boxes_of` returns them."""
        for name, ids in self._kinds.items():
            ids.begin_piece((record["time_s"], record[name]) for record in warm_up)

    def rename(self, record: Record) -> Record:
        """Return the next frame of the piece with ids within the video."""
        renamed = {
            name: sorted(map(ids.rename, record[name]), key=itemgetter("id"))
            for name, ids in self._kinds.items()
        }
        boxes = boxes_of({**record, **renamed})
        for name, ids in self._kinds.items():
            ids.recent.append((boxes["time_s"], boxes[name]))
            while boxes["time_s"] - ids.recent[0][0] > self._overlap_s:
                ids.recent.popleft()
        return {**record, **renamed}


def boxes_of(record: Record) -> Record:
    """Return the time of a frame, and for each kind of subject the boxes that are known, by id."""
    boxes = {
        subject.results: {
            each["id"]: each["box"] for each in record[subject.results] if None not in each["box"]
        }
        for subject in exported()
    }
    return {"time_s": record["time_s"], **boxes}


def _compare(before: Boxes, again: Boxes, shares: Shares) -> None:
    """Compare all subjects of a frame with those that the piece before has in it."""
    if not before:
        return
    for new, box in again.items():
        found = overlap(np.array(box), np.array([*before.values()]))
        for old, share in zip(before, found.tolist(), strict=True):
            shares[old, new].append(share)


def _match(shares: Mapping[tuple[int, int], Sequence[float]]) -> dict[int, int]:
    """Return ids in a piece → ids in the piece before, those first that overlap most over all frames."""
    found: dict[int, int] = {}
    for (old, new), each in sorted(shares.items(), key=lambda item: -sum(item[1])):
        if fmean(each) >= MIN_OVERLAP and new not in found and old not in found.values():
            found[new] = old
    return found
