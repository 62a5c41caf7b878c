"""Progress bars of a batch: one for all inputs, and one for the input of each worker."""

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

from arpipe.apps.wording import visible


class Bars:
    """Bars on a terminal, removed at the end.

    Args:
        console: The terminal.
        total: Number of inputs.
    """

    def __init__(self, console: Console, total: int) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        self.progress = Progress(*columns, console=console, transient=True)
        self._tasks: dict[int, TaskID] = {}
        self._all = self.progress.add_task("all inputs", total=total) if total > 1 else None

    def start(self, worker: int, name: str, frames: int) -> None:
        """Show a bar for the input of a worker; without a number of frames it has no end."""
        self._tasks[worker] = self.progress.add_task(escape(visible(name)), total=frames or None)

    def advance(self, worker: int, frames: int) -> None:
        """Show further frames of the input of a worker."""
        self.progress.advance(self._tasks[worker], frames)

    def end(self, worker: int) -> None:
        """Remove the bar of a worker, if there is one."""
        task = self._tasks.pop(worker, None)
        if task is not None:
            self.progress.remove_task(task)

    def count(self, inputs: float) -> None:
        """Show how many inputs are done or have failed; a fraction moves the bar and the estimated time."""
        if self._all is not None:
            self.progress.update(self._all, completed=inputs)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()
