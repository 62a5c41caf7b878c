"""Progress and summary of a batch."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from arpipe.apps.batch.bars import Bars
from arpipe.apps.batch.events import Advanced, Divided, Event, Failed, Finished, Interrupted, Started
from arpipe.apps.batch.outcome import Outcome
from arpipe.apps.batch.reports import BatchReport
from arpipe.apps.batch.targets import Job
from arpipe.apps.table import timing_table
from arpipe.apps.wording import percent, visible
from arpipe.io.object_store import text_of
from arpipe.io.source import SourceInfo
from arpipe.subjects import exported
from arpipe.timing import Clock, TimingLog

MAX_ROWS, MAX_PROBLEMS, SLOWEST = 40, 100, 10  # of the summary
LINE_EVERY_S = 10.0  # between progress lines of a long video where no bar can be drawn


@dataclass(slots=True)
class _Running:
    """An input, or a piece of one, that a worker is processing.

    Attributes:
        name: The input, and the piece of it.
        expected: Number of frames; 0 if unknown.
        line_s: When its last progress line was printed, on the clock of the report.
        share: Share of its input.
        frames: Number of frames that are done.
    """

    name: str
    expected: int
    line_s: float
    share: float = 1.0
    frames: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """An input in the table of the summary."""

    cells: tuple[str, ...]
    seconds: float


class Report(BatchReport):
    """Progress on the console: bars with ETA on a terminal, plain lines elsewhere, whether colours are forced or not.

    Args:
        console: Where to print.
        total: Number of inputs.
        skipped: Number of further inputs that are done already.
        clock: Monotonic seconds.
    """

    def __init__(self, console: Console, total: int, skipped: int = 0, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._total, self._skipped = total, skipped
        self._clock, self._start_s = clock, clock()
        self._rows: list[_Row] = []
        self._problems: list[str] = []  # lines on inputs that failed or lack content
        self._running: dict[int, _Running] = {}
        self._pieces: defaultdict[str, float] = defaultdict(float)  # input → share of it that is done
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
            case Started():
                self.start(replace(event.info, name=event.job.name), worker, _share(event.job))
            case Advanced():
                self.advance(event.frames, worker)
            case Finished() if event.job.piece is not None:
                self._end(worker)
                self._pieces[event.job.spec] += _share(event.job)
            case Failed() if event.job.piece is not None:
                self._end(worker)
                self._say(f"{event.job.name}: failed: {event.reason.removeprefix(f'{event.job.spec}: ')}")
            case Finished():
                self.done(event.job, event.outcome, worker)
            case Failed():
                self.failure(event.job.spec, event.reason, worker)
            case Interrupted():
                self._end(worker)
                self._say(f"{event.job.name}: {event.reason}")

    def start(self, info: SourceInfo, worker: int = 0, share: float = 1.0) -> None:
        """Report that an input was opened, or a piece that is a share of one."""
        expected = info.frame_count or 0
        number = self._ended() + len(self._running) + 1
        self._running[worker] = _Running(info.name, expected, self._clock(), share)
        if self._bars is not None:
            place = f"[{number}/{self._total}] " if share == 1.0 else ""
            self._bars.start(worker, f"{place}{info.name}", expected)

    def advance(self, frames: int = 1, worker: int = 0) -> None:
        """Report that further frames are done."""
        running = self._running[worker]
        running.frames += frames
        if self._bars is not None:
            self._bars.advance(worker, frames)
            self._bars.count(self._progress())
        elif self._clock() - running.line_s >= LINE_EVERY_S:
            running.line_s = self._clock()
            self._say(
                f"{running.name}: {running.frames} of {running.expected or '?'} frames{self._remaining()}"
            )

    def done(self, job: Job, outcome: Outcome, worker: int = 0) -> None:
        """Report that an input is finished."""
        self._end(worker)
        self._pieces.pop(job.spec, None)
        fps = outcome.frames / outcome.seconds if outcome.seconds > 0 else 0.0
        said = [f"{outcome.decode_errors} damaged parts skipped"] if outcome.decode_errors else []
        losses = [f"LOST: {loss}" for loss in outcome.losses]
        remarks = "".join(f", {sentence}" for sentence in (*said, *outcome.notes, *losses))
        speed = (
            f"{outcome.frames} frames, {fps:.1f} FPS" if outcome.frames != 1 else f"{outcome.seconds:.1f} s"
        )
        self._say(f"{job.spec}: {_found(outcome)}, {speed}{remarks} -> {', '.join(_places(job))}")
        if losses:
            self.incomplete += 1
            self._problems.append(f"{job.spec}: {', '.join(losses)}")
        cells = (str(outcome.frames), _found(outcome), f"{outcome.seconds:.1f}", f"{fps:.1f}")
        self._rows.append(_Row((visible(job.spec), *cells), outcome.seconds))
        self._count()

    def failure(self, spec: str, reason: str, worker: int = 0) -> None:
        """Report that an input failed."""
        self._end(worker)
        self._pieces.pop(spec, None)
        self.failed += 1
        line = f"failed: {spec}: {reason.removeprefix(f'{spec}: ')}"
        self._say(line, style="red")
        self._problems.append(line)
        self._count()

    def summary(self) -> Group:
        """Return what became of all inputs, and a table of those that are done, of many inputs the slowest."""
        were = "was" if self._skipped == 1 else "were"
        skipped = f"{self._skipped} {were} done already" if self._skipped else ""
        if not self._total:
            return Group(f"nothing to do; {skipped}" if skipped else "nothing to do")
        lost = f", {self.incomplete} of them with losses" if self.incomplete else ""
        rows = self._rows if len(self._rows) <= MAX_ROWS else _slowest(self._rows)
        chosen = "" if rows is self._rows else "; the slowest"
        counts = f"{len(self._rows)} of {self._total} done{lost}, {self.failed} failed"
        title = f"{counts}{', ' if skipped else ''}{skipped}{chosen}"
        if not rows:
            return Group(title)
        table = Table()
        table.add_column("input", overflow="fold")
        for column in ("frames", "found", "seconds", "FPS"):
            table.add_column(column, justify="right", no_wrap=True)
        for row in rows:
            table.add_row(*map(escape, row.cells))
        return Group(title, table)

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
        for line in self._problems[:MAX_PROBLEMS]:
            self._say(line, style="red")
        if len(self._problems) > MAX_PROBLEMS:
            self._say(f"and {len(self._problems) - MAX_PROBLEMS} more", style="red")

    def close(self) -> None:
        """Remove the bars; may be called twice."""
        self._stack.close()

    def _progress(self) -> float:
        """Return the number of inputs that are done, with the shares of those that are running."""
        running = (each for each in self._running.values() if each.expected)
        shares = (each.share * min(each.frames / each.expected, 1.0) for each in running)
        return self._ended() + sum(self._pieces.values()) + sum(shares)

    def _remaining(self) -> str:
        """Estimate the time until all inputs are done, from the time that those until now have taken."""
        progress = self._progress()
        if not progress:
            return ""
        remaining_s = (self._clock() - self._start_s) * (self._total - progress) / progress
        return f", all done in about {timedelta(seconds=round(remaining_s))}"

    def _end(self, worker: int) -> None:
        self._running.pop(worker, None)
        if self._bars is not None:
            self._bars.end(worker)

    def _ended(self) -> int:
        """Return the number of inputs that are done or have failed."""
        return len(self._rows) + self.failed

    def _count(self) -> None:
        if self._bars is not None:
            self._bars.count(self._progress())

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(visible(text), style=style, markup=False, highlight=False, soft_wrap=True)


def _share(job: Job) -> float:
    """Return the share of its input that a job processes; 0 for one that only joins pieces."""
    if job.piece is not None:
        return 1.0 / job.piece.count
    return 0.0 if job.pieces else 1.0


def _found(outcome: Outcome) -> str:
    """Describe what was found: "3 faces" in a photo, "98 %, up to 3 faces" of a video's frames."""
    counts = [
        f"{outcome.most[subject.results]} {subject.kind if outcome.most[subject.results] == 1 else subject.results}"
        for subject in exported()
        if subject.results in outcome.most
    ]
    most = ", ".join(counts) or "nobody"
    if outcome.frames <= 1:
        return most if outcome.frames else "-"
    share = percent(outcome.frames_found, outcome.frames)
    return f"{share}, up to {most}" if counts else share


def _places(job: Job) -> Iterator[str]:
    """Yield the outputs of a job; `*` stands for the folders of a dataset's tables."""
    if job.output is not None:
        yield text_of(job.output)
    if job.export is not None:
        is_dataset = job.export_format == "dataset"
        yield text_of(job.export.parent / "*" / job.export.name if is_dataset else job.export)
    if job.events is not None:
        yield text_of(job.events)


def _slowest(rows: Sequence[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: row.seconds, reverse=True)[:SLOWEST]
