"""`arpipe dataset summary`: what a dataset holds, clip by clip."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.apps.batch.manifest import read_attempts
from arpipe.errors import MediaError, MediaNotFound, MissingExtra
from arpipe.io.guard import guarded

FRAMES = "frames"
MIN_GAP_S = 0.5  # shorter ones are blinks of the tracker


@dataclass(frozen=True, slots=True)
class ClipSummary:
    """What a dataset holds of one input.

    Attributes:
        source: Name of the input.
        frames: Number of frames.
        duration_s: Time from the first frame to the last, s.
        found: Number of frames with at least one face.
        most: Most faces in one frame.
        gaps: Number of times without a face of at least `MIN_GAP_S`.
        longest_gap_s: The longest of them, s.
    """

    source: str
    frames: int
    duration_s: float
    found: int
    most: int
    gaps: int
    longest_gap_s: float


def run(folder: Path, console: Console | None = None) -> int:
    """Print a table of all clips of a dataset, and the inputs that failed.

    Returns:
        Exit code: 0.

    Raises:
        MediaError: It is no dataset, or a file of it is damaged.
        MissingExtra: The extra `parquet` is not installed.
    """
    console = console or Console()
    clips = list(summaries(folder))
    table = Table(title=_total(clips), title_justify="left")
    table.add_column("clip", overflow="fold")
    for column in ("frames", "seconds", "with a face", "most", "gaps", "longest s"):
        table.add_column(column, justify="right", no_wrap=True)
    for clip in clips:
        share = f"{100.0 * clip.found / clip.frames:.1f} %" if clip.frames else "-"
        figures = (str(clip.frames), f"{clip.duration_s:.1f}", share, str(clip.most), str(clip.gaps))
        table.add_row(escape(clip.source), *figures, f"{clip.longest_gap_s:.1f}")
    console.print(table)
    for attempt in read_attempts(folder).values():
        if attempt.state != "done":
            text = f"{attempt.state}: {attempt.input}: {attempt.reason}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0


def summaries(folder: Path) -> Iterator[ClipSummary]:
    """Yield the summary of every clip, in the order of the files' names.

    Raises:
        MediaError: It is no dataset, or a file of it is damaged.
        MissingExtra: The extra `parquet` is not installed.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtra(
            'a dataset needs pyarrow; install it with: pip install "arpipe[parquet]"'
        ) from error
    files = sorted((folder / FRAMES).glob("*.parquet"))
    if not files:
        raise MediaNotFound(
            f"{folder}: is no dataset; make one with: arpipe batch … --export {folder} --export-format dataset"
        )
    for path in files:
        with guarded(MediaError, f"{path}: cannot be read", "is it a table of a dataset?"):
            table = pq.read_table(path, columns=["source", "time_s", "faces"])
            sources, times_s, faces = (table[name].to_pylist() for name in ("source", "time_s", "faces"))
            name = sources[0] if sources else path.stem
        yield _summary(str(name), times_s, faces)


def _summary(source: str, times_s: list[float], faces: list[int]) -> ClipSummary:
    gaps_s = list(_gaps_s(times_s, faces))
    duration_s = times_s[-1] - times_s[0] if times_s else 0.0
    found = sum(count > 0 for count in faces)
    most, longest_s = max(faces, default=0), max(gaps_s, default=0.0)
    return ClipSummary(source, len(faces), duration_s, found, most, len(gaps_s), longest_s)


def _gaps_s(times_s: list[float], faces: list[int]) -> Iterator[float]:
    """Yield the durations of runs of frames without a face, up to the next frame with one or the last."""
    for is_found, run_ in groupby(range(len(faces)), lambda index: faces[index] > 0):
        indices = list(run_)
        end = min(indices[-1] + 1, len(faces) - 1)
        gap_s = times_s[end] - times_s[indices[0]]
        if not is_found and gap_s >= MIN_GAP_S:
            yield gap_s


def _total(clips: list[ClipSummary]) -> str:
    frames = sum(clip.frames for clip in clips)
    found = sum(clip.found for clip in clips)
    share = f", {100.0 * found / frames:.1f} % of them with a face" if frames else ""
    hours = sum(clip.duration_s for clip in clips) / 3600.0
    return f"{len(clips)} clips, {hours:.2f} hours, {frames} frames{share}"
