"""Where the workers of a batch run: the interface of this machine's processes and of Ray."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from arpipe.apps.batch.jobs.events import Event
from arpipe.apps.batch.jobs.job import Job
from arpipe.closing import Closing
from arpipe.errors import ArpipeError

END_TIMEOUT_S = 5.0  # for a worker to discard the outputs in progress

Block = tuple[Job, ...]
"""Jobs that a worker is sent at once: a video, or some photos."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A worker has run its block, or has just started."""


@dataclass(frozen=True, slots=True)
class Hopeless:
    """No input can be processed.

    Attributes:
        error: The reason, such as a `RenderError` because nothing can be drawn.
    """

    error: ArpipeError


Message = Event | Idle | Hopeless
Post = Callable[[Message], None]


class Worker(ABC):
    """A worker and the jobs that it has been sent.

    Args:
        number: Number of its line in the progress display, from 0.
        now_s: Monotonic seconds.

    Attributes:
        number: As above.
        jobs: Jobs that it has been sent and that are not finished, in order; it works on the first one.
        seen_s: When it last sent a message.
        is_ready: Whether it has started.
    """

    def __init__(self, number: int, now_s: float) -> None:
        self.number, self.seen_s, self.is_ready = number, now_s, False
        self.jobs: deque[Job] = deque()

    def receive(self, now_s: float) -> Sequence[Message] | None:
        """Return the next messages; None if the worker has ended."""
        messages = self._receive()
        if messages is not None:
            self.seen_s, self.is_ready = now_s, True
        return messages

    def send(self, block: Block) -> None:
        """Send jobs, or an empty block to let the worker end; one that has ended is noticed by `receive`."""
        self.jobs.extend(block)
        self._send(block)

    @abstractmethod
    def kill(self) -> None:
        """End the worker at once."""

    @abstractmethod
    def end(self) -> None:
        """Ask the worker to discard what is in progress and to end."""

    @abstractmethod
    def join(self) -> str:
        """Wait for the end of the worker, kill it if it takes long, and return how it ended, as words."""

    @abstractmethod
    def _receive(self) -> Sequence[Message] | None: ...

    @abstractmethod
    def _send(self, block: Block) -> None: ...


W = TypeVar("W", bound=Worker)


class Executor(Closing, Generic[W]):
    """Starts workers in one place.

    Attributes:
        size: Number of workers to run at once.
    """

    size: int

    @abstractmethod
    def start(self, number: int, now_s: float) -> W:
        """Start a worker, given its number and the time in monotonic seconds."""

    @abstractmethod
    def wait(self, workers: Sequence[W], timeout_s: float) -> Sequence[W]:
        """Return the workers that have a message or have ended; none if nothing happens within a time."""

    def close(self) -> None:
        """Release the place; may be called twice."""
