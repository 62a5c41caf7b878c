"""Where a long video can be cut, so that several processes read a piece each."""

import math
from dataclasses import dataclass
from pathlib import Path

from arpipe.io.video.reader import VideoFile, VideoFileConfig


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a video can be cut.

    Attributes:
        times_s: `captured_s` of the key frames at which pieces begin, without the first, rising; none for a video that
            stays whole.
        note: Why a long video stays whole, as a sentence; "" if it does not or is short.
    """

    times_s: tuple[float, ...] = ()
    note: str = ""


def find_cuts(path: Path | str, piece_s: float) -> Cuts:
    """Divide a video into pieces of about equal length that begin at key frames.

    Nothing but the first frame is decoded; key frames are found by the index of the file.

    Args:
        path: The file, or an address in an object store.
        piece_s: Longest piece, s; pieces are longer where key frames are far from each other.

    Raises:
        MediaError: The file contains no video that can be decoded.
    """
    with VideoFile(path, VideoFileConfig(threads=1)) as video:
        duration_s = video.info.duration_s
        if duration_s is None:
            return Cuts(note="is processed as one piece, because the file states no duration")
        count = math.ceil(duration_s / piece_s)
        if count < 2:
            return Cuts()
        begun_s = video.begun_s
        keys = (video.key_frame_s(begun_s + number * duration_s / count) for number in range(1, count))
        times_s = tuple(sorted({key for key in keys if key is not None and key > begun_s}))
    if not times_s:
        return Cuts(note="is processed as one piece, because no key frame after the first can be found")
    return Cuts(times_s)
