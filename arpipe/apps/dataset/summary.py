"""What a dataset holds, clip by clip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.guard import guarded

FRAMES = "frames"
MIN_GAP_S = 0.5  # shorter ones are blinks of the tracker


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a face.

    Attributes:
        start_s: Its beginning, after the first frame of the clip, s.
        duration_s: Until the next frame with a face, or the last one, s.
    """

    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class ClipSummary:
    """What a dataset holds of one input.

    Attributes:
        source: Name of the input.
        frames: Number of frames.
        duration_s: Time from the first frame to the last, s.
        found: Number of frames with at least one face.
        most: Most faces in one frame.
        gaps: Times without a face of at least `MIN_GAP_S`.
    """

    source: str
    frames: int
    duration_s: float
    found: int
    most: int
    gaps: tuple[Gap, ...]

    @property
    def longest_gap_s(self) -> float:
        """Duration of the longest gap, s; 0 if there is none."""
        return max((gap.duration_s for gap in self.gaps), default=0.0)


def summaries(folder: Path) -> Iterator[ClipSummary]:
    """Yield the summary of every clip, in the order of the files' names.

    Raises:
        MediaError: It is not a dataset, or a file of it is damaged.
        MissingExtra: The extra `parquet` is not installed.
    """
    for table in _tables(folder, FRAMES, ["source", "time_s", "faces"]):
        sources, times_s, faces = (table[name].to_pylist() for name in ("source", "time_s", "faces"))
        yield _summary(str(sources[0]) if sources else "(empty)", times_s, faces)


def yaws_deg(folder: Path) -> Iterator[Sequence[float]]:
    """Yield the yaws of all faces of a clip, deg, clip by clip; raises as `summaries` does."""
    for table in _tables(folder, "faces", ["yaw_deg"]):
        yield [yaw for yaw in table["yaw_deg"].to_pylist() if yaw is not None]


def _summary(source: str, times_s: Sequence[float], faces: Sequence[int]) -> ClipSummary:
    duration_s = times_s[-1] - times_s[0] if times_s else 0.0
    found = sum(count > 0 for count in faces)
    gaps = tuple(_gaps(times_s, faces))
    return ClipSummary(source, len(faces), duration_s, found, max(faces, default=0), gaps)


def _gaps(times_s: Sequence[float], faces: Sequence[int]) -> Iterator[Gap]:
    """Yield runs of frames without a face."""
    for is_found, run in groupby(range(len(faces)), lambda index: faces[index] > 0):
        indices = list(run)
        end = min(indices[-1] + 1, len(faces) - 1)
        duration_s = times_s[end] - times_s[indices[0]]
        if not is_found and duration_s >= MIN_GAP_S:
            yield Gap(times_s[indices[0]] - times_s[0], duration_s)


def _tables(folder: Path, name: str, columns: list[str]) -> Iterator[Any]:
    """Yield the columns of a table of every clip, in the order of the files' names."""
    from arpipe.io.export.parquet import pq

    if not folder.is_dir():
        raise MediaNotFound(f"{folder}: there is no such folder")
    files = sorted((folder / name).glob("*.parquet"))
    if not files:
        raise MediaNotFound(
            f"{folder}: is not a dataset; make one with: arpipe batch … --export {folder} --export-format dataset"
        )
    for path in files:
        # PyArrow opens no file whose name is no UTF-8.
        with (
            guarded(MediaError, f"{path}: cannot be read", "is it a table of a dataset?"),
            path.open("rb") as file,
        ):
            table = pq.read_table(file, columns=columns)
        yield table
