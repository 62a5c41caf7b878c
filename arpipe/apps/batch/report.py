"""Progress and summary of a batch."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.apps.batch.bars import Bars
from arpipe.apps.batch.events import Advanced, Event, Failed, Finished, Interrupted, Started
from arpipe.apps.batch.job import Outcome
from arpipe.apps.batch.targets import Job
from arpipe.io.source import SourceInfo
from arpipe.subjects import exported
from arpipe.timing import Clock

LINE_EVERY_S = 10.0  # between progress lines of a long video where no bar can be drawn


@dataclass(slots=True)
class _Running:
    """An input that a worker is processing."""

    name: str
    expected: int
    line_s: float
    frames: int = 0


class Report:
    """Progress on the console: bars with ETA on a terminal, plain lines elsewhere.

    Args:
        console: Where to print.
        total: Number of inputs.
        skipped: Number of further inputs that are done already.
        clock: Monotonic seconds.
    """

    def __init__(self, console: Console, total: int, skipped: int = 0, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._total, self._skipped = total, skipped
        self._clock = clock
        self._rows: list[tuple[str, ...]] = []
        self._failed = self._incomplete = 0
        self._running: dict[int, _Running] = {}
        self._stack = ExitStack()
        self._bars = self._stack.enter_context(Bars(console, total)) if console.is_terminal else None

    @property
    def failed(self) -> int:
        """Number of inputs that failed so far."""
        return self._failed

    @property
    def incomplete(self) -> int:
        """Number of inputs so far whose output lacks content."""
        return self._incomplete

    def observe(self, event: Event, worker: int = 0) -> None:
        """Report an event of a worker."""
        match event:
            case Started():
                self.start(event.info, worker)
            case Advanced():
                self.advance(event.frames, worker)
            case Finished():
                self.done(event.job, event.outcome, worker)
            case Failed():
                self.failure(event.job.spec, event.reason, worker)
            case Interrupted():
                self._end(worker)
                self._say(f"{event.job.spec}: {event.reason}")

    def start(self, info: SourceInfo, worker: int = 0) -> None:
        """Report that an input was opened."""
        expected = info.frame_count or 0
        number = len(self._rows) + len(self._running) + 1
        self._running[worker] = _Running(info.name, expected, self._clock())
        if self._bars is not None:
            self._bars.start(worker, f"[{number}/{self._total}] {info.name}", expected)

    def advance(self, frames: int = 1, worker: int = 0) -> None:
        """Report that further frames are done."""
        running = self._running[worker]
        running.frames += frames
        if self._bars is not None:
            self._bars.advance(worker, frames)
        elif self._clock() - running.line_s >= LINE_EVERY_S:
            running.line_s = self._clock()
            self._say(f"{running.name}: {running.frames} of {running.expected or '?'} frames")

    def done(self, job: Job, outcome: Outcome, worker: int = 0) -> None:
        """Report that an input is finished."""
        self._end(worker)
        fps = outcome.frames / outcome.seconds if outcome.seconds > 0 else 0.0
        said = [f"{outcome.decode_errors} damaged parts skipped"] if outcome.decode_errors else []
        said += [*outcome.notes, *(f"LOST: {loss}" for loss in outcome.losses)]
        remarks = "".join(f", {sentence}" for sentence in said)
        made = ", ".join(str(path) for path in (job.output, job.export, job.events) if path is not None)
        frames = f"{outcome.frames} frame{'s' if outcome.frames != 1 else ''}"
        self._say(f"{job.spec}: {frames}, {fps:.1f} FPS{remarks} -> {made}")
        row = (str(outcome.frames), _found(outcome), f"{outcome.seconds:.1f}", f"{fps:.1f}", f"done{remarks}")
        self._incomplete += bool(outcome.losses)
        self._count((Path(job.spec).name, *row))

    def failure(self, spec: str, reason: str, worker: int = 0) -> None:
        """Report that an input failed."""
        self._end(worker)
        self._failed += 1
        text = reason if reason.startswith(f"{spec}:") else f"{spec}: {reason}"
        self._console.print(f"[red]failed:[/] {escape(text)}", highlight=False, soft_wrap=True)
        self._count((Path(spec).name, *"----", f"failed: {reason.removeprefix(f'{spec}: ')}"))

    def summary(self) -> Table:
        """Print a table of all inputs and their outcomes."""
        good = len(self._rows) - self._failed
        lost = f", {self._incomplete} of them with losses" if self._incomplete else ""
        skipped = f", {self._skipped} were done already" if self._skipped else ""
        title = f"{good} of {self._total} done{lost}, {self._failed} failed{skipped}"
        table = Table(title=title, title_justify="left")
        table.add_column("input", overflow="fold")
        for column in ("frames", "found", "seconds", "FPS"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("result", overflow="fold")
        for row in self._rows:
            table.add_row(*map(escape, row))
        return table

    def close(self) -> None:
        """Remove the bars; may be called twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, worker: int) -> None:
        self._running.pop(worker, None)
        if self._bars is not None:
            self._bars.end(worker)

    def _count(self, row: tuple[str, ...]) -> None:
        self._rows.append(row)
        if self._bars is not None:
            self._bars.count(len(self._rows))

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


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
    share = f"{100.0 * outcome.frames_found / outcome.frames:.0f} %"
    return f"{share}, up to {most}" if counts else share
