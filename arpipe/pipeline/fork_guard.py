"""Notices that a process was forked: threads, ONNX Runtime and OpenGL do not survive that."""

import os
from typing import NoReturn

from arpipe.errors import ForkError


class ForkGuard:
    """Remembers the process that something was made in.

    Args:
        what: Name for messages.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._process = os.getpid()

    @property
    def is_forked(self) -> bool:
        """Whether this is another process."""
        return os.getpid() != self._process

    def check(self) -> None:
        """Raise ForkError in another process."""
        if self.is_forked:
            raise ForkError(
                f"{self._what} was made in process {self._process} and is used in process {os.getpid()}, after a "
                "fork, which networks and OpenGL do not survive; start processes by "
                'multiprocessing.get_context("spawn") and make a pipeline in each of them'
            )


class ProcessBound:
    """Base of what owns networks and OpenGL, and can therefore be neither copied nor sent to another process."""

    def __reduce__(self) -> NoReturn:
        name = type(self).__name__
        raise TypeError(
            f"a {name} owns networks and OpenGL, and can be neither copied nor pickled; make one in each process, and "
            "share one among threads"
        )
