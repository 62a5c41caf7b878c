"""Videos that are processed in pieces: what is left of each, and when its pieces can be joined."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from arpipe.apps.batch.jobs.events import Divided, Emit, Event, Failed, Finished, Reused
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.pieces.files import discard, remove_empty_top, remove_pieces


class PieceSchedule:
    """Decides what follows from what happens to videos and their pieces.

    Args:
        is_done: Whether an earlier run has done a piece.
        are_kept: Whether pieces are kept for a later run if their video cannot be completed.
        emit: Receives which pieces are used of an earlier run.
    """

    def __init__(self, is_done: Callable[[Job], bool], emit: Emit, *, are_kept: bool) -> None:
        self._is_done, self._emit, self._are_kept = is_done, emit, are_kept
        self._divided: dict[str, Divided] = {}  # by input
        self._left: dict[str, set[str]] = {}  # input that is not complete → its pieces that are not done

    def follow(self, event: Event) -> Sequence[Job]:
        """Return the jobs that can be done as something has happened: the pieces of a video, or their join.

        A video is also joined if a piece has failed: the join says so, and the other pieces are done for a later run.
        """
        match event:
            case Divided():
                return self._begin(event)
            case Finished() | Failed() if event.job.piece is not None:
                return self._count(event.job)
            case Finished() if event.job.pieces:
                remove_pieces(event.job)
                del self._left[event.job.spec]
        return ()

    def close(self) -> None:
        """Remove the pieces of videos that are not complete, unless they are kept; no worker may run any more."""
        for spec, divided in self._divided.items():
            if spec in self._left and not self._are_kept:
                remove_pieces(divided.job)
            remove_empty_top(divided.job)

    def _begin(self, divided: Divided) -> Sequence[Job]:
        done = [job for job in divided.pieces if self._is_done(job)]
        if done:
            self._emit(Reused(divided.job, tuple(done)))
        left = [job for job in divided.pieces if job not in done]
        for job in left:
            if job.piece is not None:
                discard(job.piece)
        self._divided[divided.job.spec] = divided
        self._left[divided.job.spec] = {job.name for job in left}
        return left or [_join_of(divided)]

    def _count(self, piece: Job) -> Sequence[Job]:
        left = self._left[piece.spec]
        left.discard(piece.name)
        return () if left else [_join_of(self._divided[piece.spec])]


def _join_of(divided: Divided) -> Job:
    return replace(divided.job, pieces=divided.pieces)
