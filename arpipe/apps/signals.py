"""Signals that end a running command."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def interrupt_on_sigterm() -> Iterator[None]:
    """Make SIGTERM raise KeyboardInterrupt in the block, as Ctrl-C does; no effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


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
    """Make Ctrl-C and SIGTERM raise KeyboardInterrupt in the block, and record that they did.

    Python drops an exception that is raised while it deletes an object, but not the record. Handlers are replaced,
    whoever set them; outside the main thread nothing is changed.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    previous = {
        number: signal.signal(number, interruption.request) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interruption
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def noted_interruption() -> Iterator[Interruption]:
    """Make Ctrl-C and SIGTERM raise KeyboardInterrupt in the block, and record that they did.

    Extension modules that are interrupted during import turn it into an ImportError; the record distinguishes this
    from a real one. Handlers of a program that embeds arpipe are kept; outside the main thread nothing is changed.
    """
    interruption = Interruption()
    previous: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        own = (signal.default_int_handler, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) in own:
                previous[number] = signal.signal(number, interruption.request)
    try:
        yield interruption
    finally:
        for changed, handler in previous.items():
            signal.signal(changed, handler)
