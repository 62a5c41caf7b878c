"""A thread that owns OpenGL, so that pictures can be asked for from any thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from arpipe.errors import RenderError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class RenderThread:
    """Runs work in order on one thread, which is started by the first call."""

    def __init__(self) -> None:
        self._ident: int | None = None
        self._closed = False
        self._executor = ThreadPoolExecutor(1, "arpipe-render", initializer=self._note_ident)

    def run(
        self, work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Run work on the thread and wait for it; at once when called there. Raises what the work raises."""
        if threading.get_ident() == self._ident:
            return work(*args, **kwargs)
        return self.submit(work, *args, **kwargs).result()

    def submit(
        self, work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """Run work on the thread without waiting for it.

        Raises:
            RenderError: The thread is closed.
        """
        if self._closed:
            raise RenderError("the thread that draws is closed; make a new pipeline")
        return self._executor.submit(work, *args, **kwargs)

    def close(self, last: Callable[[], None]) -> None:
        """Run the last work, here if the thread was never started, and stop; may be called twice."""
        if self._closed:
            return
        if self._ident is None:
            last()
        else:
            self.run(last)
        self._closed = True
        self._executor.shutdown()

    def _note_ident(self) -> None:
        self._ident = threading.get_ident()
