"""How a batch tells what happens: to people, to nobody but in case of problems, or to programs."""

from abc import abstractmethod

from rich.console import Console

from arpipe.apps.batch.jobs.events import Event, Failed, Finished
from arpipe.apps.wording import visible
from arpipe.closing import Closing
from arpipe.timing import TimingLog


class BatchReport(Closing):
    """Base class of reports, which count the inputs that are not done well.

    Attributes:
        failed: Number of inputs that failed so far.
        incomplete: Number of inputs so far whose output lacks content.
    """

    failed: int = 0
    incomplete: int = 0

    @abstractmethod
    def note(self, text: str) -> None:
        """Report something that concerns no single input."""

    @abstractmethod
    def observe(self, event: Event, worker: int = 0) -> None:
        """Report an event of a worker."""

    @abstractmethod
    def failure(self, spec: str, reason: str) -> None:
        """Report that an input cannot be used."""

    @abstractmethod
    def finish(self, log: TimingLog, wall_s: float, interrupted: bool) -> None:
        """Summarize the batch, with the stage times of all frames and the time that it took, s."""

    def close(self) -> None:
        """Restore the terminal; may be called twice."""


class QuietReport(BatchReport):
    """Prints failures and losses alone, to standard error.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)

    def note(self, text: str) -> None:
        """Say nothing."""

    def observe(self, event: Event, worker: int = 0) -> None:
        """Report a failure or a loss; those of pieces are reported with their video."""
        del worker
        if event.job.piece is not None:
            return
        if isinstance(event, Failed):
            self.failure(event.job.spec, event.reason)
        elif isinstance(event, Finished) and event.outcome.losses:
            self.incomplete += 1
            self._say(f"{event.job.spec}: LOST: {'; '.join(event.outcome.losses)}")

    def failure(self, spec: str, reason: str) -> None:
        """Report that an input cannot be used."""
        self.failed += 1
        self._say(f"failed: {spec}: {reason.removeprefix(f'{spec}: ')}")

    def finish(self, log: TimingLog, wall_s: float, interrupted: bool) -> None:
        """Say nothing, unless the batch was interrupted."""
        del log, wall_s
        if interrupted:
            self._say("interrupted; what was finished stays")

    def _say(self, text: str) -> None:
        self._console.print(visible(text), markup=False, highlight=False, soft_wrap=True)
