"""Reports what happens to programs: an object of JSON per event; docs/batch.md lists them."""

import json
from collections.abc import Sequence

from rich.console import Console

from arpipe.apps.batch.jobs.events import (
    Advanced,
    Assigned,
    Divided,
    Event,
    Failed,
    Finished,
    Interrupted,
    Reused,
    Started,
)
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.reports.report import BatchReport
from arpipe.io.object_store import text_of
from arpipe.timing import TimingLog


class JsonReport(BatchReport):
    """Prints an object of JSON per event, one per line; docs/batch.md lists them.

    Args:
        console: Where to print.
        total: Number of inputs.
        skipped: Number of further inputs that are done already.
    """

    def __init__(self, console: Console, total: int, skipped: int) -> None:
        self._console, self._total, self._skipped = console, total, skipped
        self._done = 0

    def note(self, text: str) -> None:
        """Report something that concerns no single input."""
        self._say(event="note", text=text)

    def observe(self, event: Event, worker: int = 0) -> None:
        """Report an event of a worker."""
        where: dict[str, object] = {"input": event.job.spec, "worker": worker}
        if event.job.piece is not None:
            where["piece"] = event.job.piece.number
        match event:
            case Divided():
                self._say(event="divided", **where, pieces=len(event.pieces))
            case Reused():
                self._say(event="reused", **where, pieces=_piece_numbers(event.pieces))
            case Assigned():
                return
            case Started():
                self._say(event="started", **where, frames=event.info.frame_count)
            case Advanced():
                self._say(event="advanced", **where, frames=event.frames)
            case Interrupted():
                self._say(event="interrupted", **where, reason=event.reason)
            case Failed():
                self.failed += event.job.piece is None
                self._say(event="failed", **where, reason=event.reason)
            case Finished():
                self._finished(event, where)

    def failure(self, spec: str, reason: str) -> None:
        """Report that an input cannot be used."""
        self.failed += 1
        self._say(event="failed", input=spec, reason=reason)

    def finish(self, log: TimingLog, wall_s: float, interrupted: bool) -> None:
        """Summarize the batch."""
        self._say(
            event="interrupted" if interrupted else "finished",
            total=self._total,
            done=self._done,
            incomplete=self.incomplete,
            failed=self.failed,
            skipped=self._skipped,
            frames=log.frames,
            seconds=round(wall_s, 3),
        )

    def _finished(self, event: Finished, where: dict[str, object]) -> None:
        outcome = event.outcome
        if event.job.piece is not None:
            self._say(event="piece done", **where, frames=outcome.frames)
            return
        self._done += 1
        self.incomplete += bool(outcome.losses)
        self._say(
            event="done",
            **where,
            outputs=[text_of(file.path) for file in event.job.files()],
            frames=outcome.frames,
            frames_found=outcome.frames_found,
            frames_drawn=outcome.frames_drawn,
            damaged_parts=outcome.decode_errors,
            most=dict(outcome.most),
            seconds=round(outcome.seconds, 3),
            notes=outcome.notes,
            losses=outcome.losses,
        )

    def _say(self, **record: object) -> None:
        self._console.out(json.dumps(record), highlight=False)


def _piece_numbers(pieces: Sequence[Job]) -> list[int]:
    return [job.piece.number for job in pieces if job.piece is not None]
