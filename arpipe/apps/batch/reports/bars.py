"""Progress bars of a batch: one for all inputs, and one for the input of each worker."""

import math
from datetime import timedelta
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from arpipe.apps.wording import visible


class _RemainingColumn(ProgressColumn):
    """The time that remains: as estimated for all inputs, and by the latest frames for one of them."""

    max_refresh = 0.5

    def __init__(self) -> None:
        self._by_speed = TimeRemainingColumn(elapsed_when_finished=True)
        super().__init__()

    def render(self, task: Task) -> Text:
        """Return the text for a bar."""
        if "remaining_s" not in task.fields or task.finished:
            return self._by_speed.render(task)
        remaining_s: float | None = task.fields["remaining_s"]
        text = "-:--:--" if remaining_s is None else str(timedelta(seconds=math.ceil(remaining_s)))
        return Text(text, style="progress.remaining")


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
            _RemainingColumn(),
        )
        self.progress = Progress(*columns, console=console, transient=True)
        self._tasks: dict[int, TaskID] = {}
        self._all = self.progress.add_task("all inputs", total=total, remaining_s=None, visible=total > 1)

    def show_all(self) -> None:
        """Show the bar for all inputs; it is hidden at first if there is one input."""
        self.progress.update(self._all, visible=True)

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

    def count(self, inputs: float, remaining_s: float | None) -> None:
        """Show how many inputs are done or have failed, and the time that the others will take, s; None if unknown."""
        self.progress.update(self._all, completed=inputs, remaining_s=remaining_s)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()
