"""Divides the job of a long video into jobs of pieces, and places their files."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.piece import WHOLE_BEGIN_S, WHOLE_END_S, Piece
from arpipe.apps.batch.pieces.files import pieces_folder
from arpipe.errors import MediaError
from arpipe.io.encoding import CodecName
from arpipe.io.video.codecs import CODECS
from arpipe.io.video.cuts import find_cuts

UNJOINABLE_SUFFIX = ".avi"  # takes H.264 in another form than that of the pieces
UNJOINABLE = "is processed as one piece, because pieces are not joined into AVI files"


def can_divide(job: Job) -> bool:
    """Whether a job may be divided: it processes the whole of a video."""
    return job.kind == "video" and job.is_whole


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
    return sum(_count_pieces(job, piece_s) for job in jobs)


def _count_pieces(job: Job, piece_s: float) -> int:
    if not (can_divide(job) and can_join(job)):
        return 1
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


def _suffix(output: Path | str, codec: CodecName) -> str:
    """Return the container of a piece: MP4 where it holds the codec, as it keeps all times, but not transparency."""
    chosen = CODECS[codec]
    return Path(output).suffix if chosen.alpha_format else chosen.suffixes[0]
