"""A worker process as the main process sees it."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from arpipe.apps.batch.config import BatchConfig, OpenPipeline
from arpipe.apps.batch.targets import Job
from arpipe.apps.batch.worker import Block, Message, work

END_TIMEOUT_S = 5.0  # to discard the outputs in progress
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS")


class WorkerProcess:
    """A worker process and the jobs that it has been sent.

    Args:
        number: Number of its line in the progress display, from 0.
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode; a function that can be imported by its name.
        threads: Number of threads that it may keep busy.
        now_s: Monotonic seconds.

    Attributes:
        number: As above.
        connection: Readable when a message is there or the process has ended.
        jobs: Jobs that it has been sent and that are not finished, in order; it works on the first one.
        seen_s: When it last sent a message.
        is_ready: Whether it has started.
    """

    def __init__(
        self, number: int, config: BatchConfig, make_pipeline: OpenPipeline, threads: int, now_s: float
    ) -> None:
        self.number, self.seen_s, self.is_ready = number, now_s, False
        self.jobs: deque[Job] = deque()
        spawn = multiprocessing.get_context("spawn")
        self.connection: Connection
        self.connection, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=work, args=(theirs, config, make_pipeline, threads), name=f"worker-{number}", daemon=True
        )
        with _thread_limits(threads):
            self._process.start()
        theirs.close()  # so that the end of the process ends the connection

    def receive(self, now_s: float) -> Message | None:
        """Return the next message; None if the process has ended."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, ConnectionResetError):
            return None
        self.seen_s, self.is_ready = now_s, True
        return message

    def send(self, block: Block) -> None:
        """Send jobs, or an empty block to let the process end; a process that has ended is noticed by `receive`."""
        self.jobs.extend(block)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(block)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def end(self) -> None:
        """Ask the process to discard what is in progress and to end."""
        self._process.terminate()

    def join(self) -> str:
        """Wait for the end of the process, kill it if it takes long, and return how it ended, as words."""
        self._process.join(END_TIMEOUT_S)
        if self._process.is_alive():
            self.kill()
            self._process.join()
        code = self._process.exitcode or 0
        self.connection.close()
        self._process.close()
        return f"exit code {code}" if code >= 0 else _signal_name(-code)


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}, perhaps because memory ran out" if name == "SIGKILL" else name


@contextmanager
def _thread_limits(threads: int) -> Iterator[None]:
    """Limit the threads of the libraries that read it from the environment, in processes started in the block."""
    ours = {name: str(threads) for name in _THREAD_VARIABLES if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]
