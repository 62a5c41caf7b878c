"""The files of pieces, from the first piece of a video until all are joined."""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.piece import Piece
from arpipe.errors import MediaError, OutputError
from arpipe.io.atomic import make_parent, unwritable
from arpipe.io.object_store import address_of, files_below, remove

PIECES_FOLDER = ".arpipe-pieces"


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
