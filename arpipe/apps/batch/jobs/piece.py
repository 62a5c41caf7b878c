"""A piece of a video that several workers process."""

import math
from dataclasses import dataclass
from pathlib import Path

from arpipe.io.video.reader import VideoFileConfig


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a video.

    Attributes:
        number: From 1.
        count: Number of pieces of the video.
        begin_s: `captured_s` of its first frame, s; -inf for the beginning of the video.
        end_s: `captured_s` of the first frame of the next piece, s; inf for the end of the video.
        overlap_s: How long before its first frame trackers and effects begin, s.
        summary: File that says what came of it; see `arpipe.apps.batch.pieces.summary`.
    """

    number: int
    count: int
    begin_s: float
    end_s: float
    overlap_s: float
    summary: Path

    @property
    def key(self) -> str:
        """What tells it from other pieces of the video, however it is cut."""
        return f"{self.begin_s:.6f},{self.end_s:.6f},{self.overlap_s:.6f}"

    def includes(self, captured_s: float) -> bool:
        """Whether a frame belongs to it; those before serve to warm up."""
        return captured_s >= self.begin_s

    def decoding(self, config: VideoFileConfig) -> VideoFileConfig:
        """Return the settings with which its frames and those of the overlap are read."""
        update = {"from_s": self.begin_s, "warm_up_s": self.overlap_s, "until_s": self.end_s}
        return config.model_copy(update=update)

    def __str__(self) -> str:
        return f"piece {self.number} of {self.count}"


WHOLE_BEGIN_S, WHOLE_END_S = -math.inf, math.inf
