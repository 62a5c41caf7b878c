"""Progress and summary of a batch."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console, Group

from arpipe.apps.batch.jobs.events import (
    Advanced,
    Divided,
    Event,
    Failed,
    Finished,
    Interrupted,
    Reused,
    Started,
)
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.batch.reports.bars import Bars
from arpipe.apps.batch.reports.progress import Progress
from arpipe.apps.batch.reports.report import BatchReport
from arpipe.apps.batch.reports.results import Results
from arpipe.apps.table import timing_table
from arpipe.apps.wording import visible
from arpipe.io.source import SourceInfo
from arpipe.timing import Clock, TimingLog

MAX_PROBLEMS = 100  # that the summary lists
LINE_EVERY_S = 10.0  # between progress lines of a long video where no bar can be drawn


@dataclass(slots=True)
class _Running:
    """An input, or a piece of one, that a worker is processing.

    Attributes:
        name: The input, and the piece of it.
        expected: Number of frames; 0 if unknown.
        line_s: When its last progress line was printed, on the clock of the report.
    """

    name: str
    expected: int
    line_s: float


class ConsoleReport(BatchReport):
    """Progress on the console: bars with ETA on a terminal, plain lines elsewhere, whether colours are forced or not.

    Args:
        console: Where to print.
        total: Number of inputs.
        skipped: Number of further inputs that are done already.
        durations: As for `Progress`.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        console: Console,
        total: int,
        skipped: int = 0,
        durations: Mapping[str, float] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._console = console
        self._total, self._skipped = total, skipped
        self._clock, self._progress = clock, Progress(total, durations, clock)
        self._results = Results()
        self._running: dict[int, _Running] = {}
        self._stack = ExitStack()
        self._bars = self._stack.enter_context(Bars(console, total)) if console.file.isatty() else None

    def note(self, text: str) -> None:
        """Report something that concerns no single input."""
        self._say(text)

    def observe(self, event: Event, worker: int = 0) -> None:
        """Report an event of a worker."""
        match event:
            case Divided():
                self._say(f"{event.job.spec}: is processed in {len(event.pieces)} pieces")
                self._show_all()
            case Reused():
                self._reuse(event)
            case Started():
                self.start(event.info, event.job, worker)
            case Advanced():
                self.advance(event.frames, worker)
            case Finished() | Failed() if event.job.piece is not None:
                self._end_piece(event, worker)
            case Finished():
                self.done(event.job, event.outcome, worker)
            case Failed():
                self.failure(event.job.spec, event.reason, worker)
            case Interrupted():
                self._end(worker)
                self._say(f"{event.job.name}: {event.reason}")

    def _reuse(self, event: Reused) -> None:
        """Report pieces that an earlier run has done."""
        count = len(event.pieces)
        done = "1 of its pieces was" if count == 1 else f"{count} of its pieces were"
        self._say(f"{event.job.spec}: {done} done already")
        self._progress.reuse_pieces(event.job.spec, sum(map(_share, event.pieces)))

    def _end_piece(self, event: Finished | Failed, worker: int) -> None:
        """Report a piece that is done or has failed."""
        self._end(worker)
        if isinstance(event, Failed):
            self._say(f"{event.job.name}: failed: {event.reason.removeprefix(f'{event.job.spec}: ')}")
            return
        self._progress.end_piece(event.job.spec, _share(event.job))
        self._count()

    def start(self, info: SourceInfo, job: Job, worker: int = 0) -> None:
        """Report that the input of a job was opened, or a piece of one."""
        expected, share = info.frame_count or 0, _share(job)
        number = self._progress.ordinal
        self._progress.start(worker, job.spec, expected, share)
        self._running[worker] = _Running(job.name, expected, self._clock())
        if self._bars is not None:
            place = f"[{number}/{self._total}] " if share == 1.0 else ""
            self._bars.start(worker, job.name, expected, place)

    def advance(self, frames: int = 1, worker: int = 0) -> None:
        """Report that further frames are done."""
        running, done = self._running[worker], self._progress.advance(worker, frames)
        if self._bars is not None:
            self._bars.advance(worker, frames)
            self._count()
        elif self._clock() - running.line_s >= LINE_EVERY_S:
            running.line_s = self._clock()
            self._say(f"{running.name}: {done} of {running.expected or '?'} frames{self._remaining()}")

    def done(self, job: Job, outcome: Outcome, worker: int = 0) -> None:
        """Report that an input is finished."""
        self._end(worker)
        self._progress.end_input(job.spec)
        self._say(self._results.done(job, outcome))
        self.incomplete = self._results.incomplete
        self._count()

    def failure(self, spec: str, reason: str, worker: int = 0) -> None:
        """Report that an input failed."""
        self._end(worker)
        self._progress.drop_input(spec)
        self._say(self._results.failure(spec, reason), style="red")
        self.failed = self._results.failed
        self._count()

    def summary(self) -> Group:
        """Return what became of all inputs; see `Results`."""
        return self._results.summary(self._total, self._skipped)

    def finish(self, log: TimingLog, wall_s: float, interrupted: bool) -> None:
        """Summarize the batch."""
        self.close()
        if log.frames > 1:
            self._console.print(timing_table(log))
            self._say(f"{log.frames} frames in {wall_s:.1f} s: {log.frames / wall_s:.1f} FPS; stages overlap")
        is_told = self._total == 1 and log.frames <= 1 and not self._skipped  # by the line of a single photo
        if not is_told:
            self._console.print(self.summary())
            self._list_problems()
        if interrupted:
            self._say("interrupted; what was finished stays")

    def _list_problems(self) -> None:
        """Repeat what the lines before have said, as they may be many."""
        problems = self._results.problems
        for line in problems[:MAX_PROBLEMS]:
            self._say(line, style="red")
        if len(problems) > MAX_PROBLEMS:
            self._say(f"and {len(problems) - MAX_PROBLEMS} more", style="red")

    def close(self) -> None:
        """Remove the bars; may be called twice."""
        self._stack.close()

    def _remaining(self) -> str:
        """Say when all inputs will be done, if that can be estimated."""
        remaining_s = self._progress.remaining_s()
        return "" if remaining_s is None else f", all done in about {timedelta(seconds=round(remaining_s))}"

    def _show_all(self) -> None:
        """Show the bar for all inputs, also if there is only one, as the bars of its pieces do not add up."""
        if self._bars is not None:
            self._bars.show_all()

    def _end(self, worker: int) -> None:
        self._running.pop(worker, None)
        self._progress.stop(worker)
        if self._bars is not None:
            self._bars.end(worker)

    def _count(self) -> None:
        if self._bars is not None:
            self._bars.count(self._progress.done, self._progress.remaining_s())

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(visible(text), style=style, markup=False, highlight=False, soft_wrap=True)


def _share(job: Job) -> float:
    """Return the share of its input that a job processes; 0 for one that only joins pieces."""
    if job.piece is not None:
        return 1.0 / job.piece.count
    return 0.0 if job.pieces else 1.0
