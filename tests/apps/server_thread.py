"""Servers of pages in a thread of their own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from tests.patience import PATIENCE_S


class Server(Protocol):
    """What `arpipe.apps` serves pages with."""

    @property
    def url(self) -> str: ...

    def run(self, ready: Callable[[Any], None]) -> object: ...

    def stop(self) -> None: ...


S = TypeVar("S", bound=Server)


@contextmanager
def in_thread(server: S) -> Iterator[S]:
    """A server that is ready when the block begins, and has ended after it."""
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda _: ready.set(),))
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
