"""Progress and summary of a batch."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from arpipe.apps.batch.job import Outcome
from arpipe.apps.batch.plan import Job
from arpipe.io.source import SourceInfo
from arpipe.timing import Clock

LINE_EVERY_S = 10.0  # between progress lines of a long video where no bar can be drawn


class Report:
    """Progress on the console: a bar with ETA on a terminal, plain lines elsewhere.

    Args:
        console: Where to print.
        total: Number of inputs.
        clock: Monotonic seconds.
    """

    def __init__(self, console: Console, total: int, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._total = total
        self._clock = clock
        self._rows: list[tuple[str, ...]] = []
        self._failed = self._incomplete = 0
        self._stack = ExitStack()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._name, self._frames, self._expected, self._line_s = "", 0, 0, 0.0
        if console.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._progress = self._stack.enter_context(Progress(*columns, console=console, transient=True))

    @property
    def failed(self) -> int:
        """Number of inputs that failed so far."""
        return self._failed

    @property
    def incomplete(self) -> int:
        """Number of inputs so far whose output lacks content."""
        return self._incomplete

    def start(self, info: SourceInfo) -> None:
        """Report that an input was opened."""
        number = f"[{len(self._rows) + 1}/{self._total}] "
        self._name, self._frames, self._expected = info.name, 0, info.frame_count or 0
        self._line_s = self._clock()
        if self._progress is not None:
            total = info.frame_count or None
            self._task = self._progress.add_task(escape(f"{number}{info.name}"), total=total)

    def advance(self) -> None:
        """Report that a frame is done."""
        self._frames += 1
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
        elif self._clock() - self._line_s >= LINE_EVERY_S:
            self._line_s = self._clock()
            self._say(f"{self._name}: {self._frames} of {self._expected or '?'} frames")

    def done(self, job: Job, outcome: Outcome) -> None:
        """Report that an input is finished."""
        self._end_task()
        fps = outcome.frames / outcome.seconds if outcome.seconds > 0 else 0.0
        said = [f"{outcome.decode_errors} damaged parts skipped"] if outcome.decode_errors else []
        said += [*outcome.notes, *(f"LOST: {loss}" for loss in outcome.losses)]
        remarks = "".join(f", {sentence}" for sentence in said)
        made = ", ".join(str(path) for path in (job.output, job.export) if path is not None)
        frames = f"{outcome.frames} frame{'s' if outcome.frames != 1 else ''}"
        self._say(f"{job.spec}: {frames}, {fps:.1f} FPS{remarks} -> {made}")
        share = f"{100.0 * outcome.frames_found / outcome.frames:.0f} %" if outcome.frames else "-"
        row = (str(outcome.frames), share, f"{outcome.seconds:.1f}", f"{fps:.1f}", f"done{remarks}")
        self._incomplete += bool(outcome.losses)
        self._rows.append((Path(job.spec).name, *row))

    def failure(self, spec: str, reason: str) -> None:
        """Report that an input failed."""
        self._end_task()
        self._failed += 1
        text = reason if reason.startswith(f"{spec}:") else f"{spec}: {reason}"
        self._console.print(f"[red]failed:[/] {escape(text)}", highlight=False, soft_wrap=True)
        self._rows.append((Path(spec).name, *"----", f"failed: {reason.removeprefix(f'{spec}: ')}"))

    def summary(self) -> Table:
        """Print a table of all inputs and their outcomes."""
        good = len(self._rows) - self._failed
        lost = f", {self._incomplete} of them with losses" if self._incomplete else ""
        title = f"{good} of {self._total} done{lost}, {self._failed} failed"
        table = Table(title=title, title_justify="left")
        table.add_column("input", overflow="fold")
        for column in ("frames", "found", "seconds", "FPS"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("result", overflow="fold")
        for row in self._rows:
            table.add_row(*map(escape, row))
        return table

    def close(self) -> None:
        """Remove the bar; may be called twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end_task(self) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
