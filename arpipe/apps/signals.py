"""Signals that end a running command."""

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# SIGHUP, the end of the terminal or its connection, exists on POSIX only.
_TERMINATING = tuple(
    signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
_ENDING = (signal.SIGINT, *_TERMINATING)
_DEFAULTS = (signal.default_int_handler, signal.SIG_DFL)

Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def interrupt_on_termination() -> Iterator[None]:
    """Make SIGTERM and SIGHUP raise KeyboardInterrupt in the block, as Ctrl-C does.

    Signals that are ignored stay so, as SIGHUP is under nohup; outside the main thread nothing is changed.
    """
    with _replaced(_TERMINATING, signal.default_int_handler):
        yield


class Interruption:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self.is_requested = False

    def request(self, number: int, frame: FrameType | None) -> None:
        """Record a signal, then raise KeyboardInterrupt."""
        self.is_requested = True
        signal.default_int_handler(number, frame)


@contextmanager
def watched_interruption() -> Iterator[Interruption]:
    """Make Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt in the block, and record that they did.

    Python drops an exception that is raised while it deletes an object, but not the record. Handlers are replaced,
    whoever set them, but ignored signals stay so; outside the main thread nothing is changed.
    """
    interruption = Interruption()
    with _replaced(_ENDING, interruption.request):
        yield interruption


@contextmanager
def noted_interruption() -> Iterator[Interruption]:
    """Make Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt in the block, and record that they did.

    Extension modules that are interrupted during import turn it into an ImportError; the record distinguishes this
    from a real one. Handlers of a program that embeds arpipe are kept; outside the main thread nothing is changed.
    """
    interruption = Interruption()
    own = [number for number in _ENDING if signal.getsignal(number) in _DEFAULTS]
    with _replaced(own, interruption.request):
        yield interruption


@contextmanager
def _replaced(numbers: Collection[signal.Signals], handler: Handler) -> Iterator[None]:
    """Replace the handlers of signals in the block, unless they are ignored; no effect outside the main thread."""
    previous: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # None: of C code, cannot be restored
                previous[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for changed, before in previous.items():
            signal.signal(changed, before)
