"""Divides the job of a long video into jobs of pieces, and places their files."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from arpipe.apps.batch.piece import WHOLE_BEGIN_S, WHOLE_END_S, Piece
from arpipe.apps.batch.targets import Job
from arpipe.errors import MediaError, OutputError
from arpipe.io.atomic import make_parent, unwritable
from arpipe.io.encoding import CodecName
from arpipe.io.object_store import address_of, files_below, remove
from arpipe.io.video.codecs import CODECS
from arpipe.io.video.cuts import find_cuts

PIECES_FOLDER = ".arpipe-pieces"
UNJOINABLE_SUFFIX = ".avi"  # takes H.264 in another form than that of the pieces
UNJOINABLE = "is processed as one piece, because pieces are not joined into AVI files"


def can_divide(job: Job) -> bool:
    """Whether a job may be divided: it processes the whole of a video."""
    return job.kind == "video" and job.piece is None and not job.pieces


def can_join(job: Job) -> bool:
    """Whether the output of a job can be written in pieces."""
    return not isinstance(job.output, Path) or job.output.suffix.lower() != UNJOINABLE_SUFFIX


def count_units(jobs: Sequence[Job], piece_s: float | None, enough: int) -> int:
    """Return how many processes could work on jobs at once, or a number that is as good as `enough`.

    Args:
        jobs: The inputs.
        piece_s: As for `find_cuts`; None if no video is cut.
        enough: Number of processes for which there is room; only for fewer inputs are their videos opened.
    """
    if piece_s is None or len(jobs) >= enough:
        return len(jobs)
    return sum(_count_pieces(job, piece_s, enough) for job in jobs)


def _count_pieces(job: Job, piece_s: float, enough: int) -> int:
    if not (can_divide(job) and can_join(job)):
        return 1
    if address_of(job.spec) is not None:
        return enough  # copying it from the store would take too long
    with suppress(MediaError):
        return len(find_cuts(Path(job.spec), piece_s).times_s) + 1
    return 1


def divide(job: Job, times_s: Sequence[float], overlap_s: float, codec: CodecName) -> tuple[Job, ...]:
    """Return the jobs of the pieces of a video.

    Args:
        job: The job of the whole video.
        times_s: Where to cut it.
        overlap_s: See `Piece`.
        codec: Codec of the videos.
    """
    spans = list(pairwise((WHOLE_BEGIN_S, *times_s, WHOLE_END_S)))
    folder = pieces_folder(job)
    return tuple(
        replace(
            job,
            output=None if job.output is None else folder / f"{number}{_suffix(job.output, codec)}",
            export=None if job.export is None else folder / f"{number}.jsonl",
            export_format="jsonl",
            piece=Piece(number, len(spans), begin_s, end_s, overlap_s, folder / f"{number}.json"),
        )
        for number, (begin_s, end_s) in enumerate(spans, 1)
    )


def pieces_folder(job: Job) -> Path:
    """Return the folder that holds the pieces of a job until they are joined."""
    first = job.files()[0].path
    return first.parent / PIECES_FOLDER / first.name


def discard(piece: Piece) -> None:
    """Remove the summary of a piece, without which the others of its files count for nothing; raises OutputError."""
    address = address_of(piece.summary)
    if address is not None:
        remove(address)
        return
    try:
        piece.summary.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(piece.summary, error) from error


def remove_pieces(job: Job) -> None:
    """Remove the pieces of a job, if there are any; what cannot be removed stays."""
    folder = pieces_folder(job)
    address = address_of(folder)
    if address is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    with suppress(OutputError):
        remove(address)


def remove_empty_top(job: Job) -> None:
    """Remove the folder that holds the pieces of a job and of other ones, unless there are any; no worker may run."""
    with suppress(OSError):
        pieces_folder(job).parent.rmdir()


def remove_finished_pieces(done: Iterable[Job]) -> None:
    """Remove the pieces of finished videos that a killed run has left; no worker may run.

    Folders of outputs are asked once each, as there are fewer of them than videos.
    """
    jobs_by_top: defaultdict[Path, list[Job]] = defaultdict(list)
    for job in done:
        jobs_by_top[pieces_folder(job).parent].append(job)
    for top, jobs in jobs_by_top.items():
        left = _folders_in(top)
        for job in jobs:
            if pieces_folder(job).name in left:
                remove_pieces(job)
        if left:
            remove_empty_top(jobs[0])


def _folders_in(top: Path) -> set[str]:
    """Return the names of the folders in a folder; none if it does not exist or cannot be read."""
    address = address_of(top)
    try:
        if address is None:
            return {path.name for path in top.iterdir()}
        return {name.partition("/")[0] for name in files_below(address, recursive=True)}
    except (OSError, MediaError):
        return set()


def prepare_folder(piece: Piece) -> None:
    """Make the folder of a piece; raises OutputError."""
    if address_of(piece.summary) is None:
        make_parent(piece.summary)


def _suffix(output: Path | str, codec: CodecName) -> str:
    """Return the container of a piece: MP4 where it holds the codec, as it keeps all times, but not transparency."""
    chosen = CODECS[codec]
    return Path(output).suffix if chosen.alpha_format else chosen.suffixes[0]
