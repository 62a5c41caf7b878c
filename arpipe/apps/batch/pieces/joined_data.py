"""Reads the data of all pieces of a video as that of one: frames are counted on, and subjects keep their ids."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from arpipe.apps.batch.jobs.piece import Piece
from arpipe.apps.batch.pieces.joined_ids import JoinedIds, boxes_of
from arpipe.errors import MediaError
from arpipe.io.files import require_file
from arpipe.io.guard import guarded
from arpipe.io.object_store import local_copy
from arpipe.types.rounding import SECONDS_DIGITS, Record


class JoinedData:
    """Data of the pieces of a video, one piece after the other.

    Args:
        overlap_s: As in `Piece`.
    """

    def __init__(self, overlap_s: float) -> None:
        self._ids = JoinedIds(overlap_s)
        self._frames = 0

    def records(self, piece: Piece, path: Path) -> Iterator[Record]:
        """Yield the frames of the next piece, without those that it shares with the piece before.

        Args:
            piece: The piece.
            path: Its data as JSON lines.

        Raises:
            MediaError: The data is missing or damaged.
        """
        begin_s = round(piece.begin_s, SECONDS_DIGITS)
        warm_up, rest = _split(_read(path), begin_s)
        self._ids.begin_piece(warm_up)
        for record in rest:
            yield self._ids.rename({**record, "frame": self._frames})
            self._frames += 1


def _split(records: Iterator[Record], begin_s: float) -> tuple[list[Record], Iterator[Record]]:
    """Return the boxes of the frames before a time, and the other frames."""
    before: list[Record] = []
    for record in records:
        if record["time_s"] >= begin_s:
            return before, chain((record,), records)
        before.append(boxes_of(record))
    return before, records


def _read(path: Path) -> Iterator[Record]:
    """Yield the lines behind the header."""
    with local_copy(path) as copy:
        require_file(copy)
        with copy.open("rb") as lines:
            next(lines)
            for line in lines:
                with guarded(MediaError, f"{path}: is damaged", "delete it, and process the video again"):
                    record: Record = json.loads(line)
                yield record
