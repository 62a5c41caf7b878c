"""Progress bars of a batch: one for all inputs, and one for the input of each worker."""

import math
from datetime import timedelta
from typing import Self

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from arpipe.apps.wording import visible

_LEAST_NAME = 12  # columns of a terminal
_BESIDE_NAMES = 46  # a bar of 8, frames such as 10800/108000, elapsed and remaining time, and spaces


class _NameColumn(ProgressColumn):
    """The place of an input among all, and its name: as much of its end as fits beside the other columns."""

    def __init__(self, console: Console) -> None:
        self._console = console
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        """Return the text for a bar."""
        place: str = task.fields.get("place", "")
        width = max(_LEAST_NAME, self._console.width - _BESIDE_NAMES - len(place))
        return Text(place + _end_of(task.description, width))


class _RemainingColumn(ProgressColumn):
    """The time that remains: as estimated for all inputs, and by the latest frames for one of them."""

    max_refresh = 0.5

    def __init__(self) -> None:
        self._by_speed = TimeRemainingColumn(elapsed_when_finished=True)
        super().__init__()

    def render(self, task: Task) -> Text:
        """Return the text for a bar."""
        if task.finished:
            return self._by_speed.render(task)
        if "remaining_s" not in task.fields:
            return self._by_speed.render(task).append(" left")
        remaining_s: float | None = task.fields["remaining_s"]
        text = "-:--:--" if remaining_s is None else str(timedelta(seconds=math.ceil(remaining_s)))
        return Text(f"{text} left", style="progress.remaining")


class Bars:
    """Bars on a terminal, removed at the end.

    Args:
        console: The terminal.
        total: Number of inputs.
    """

    def __init__(self, console: Console, total: int) -> None:
        columns = (
            _NameColumn(console),
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

    def start(self, worker: int, name: str, frames: int, place: str = "") -> None:
        """Show a bar for the input of a worker, such as "[3/8] clip.mp4"; without a number of frames it has no end."""
        self._tasks[worker] = self.progress.add_task(visible(name), total=frames or None, place=place)

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


def _end_of(name: str, width: int) -> str:
    """Return a name, or as much of its end as fits into a number of columns."""
    if cell_len(name) <= width:
        return name
    while cell_len(name) >= width:
        name = name[1:]
    return f"…{name}"
