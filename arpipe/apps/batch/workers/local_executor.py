"""Worker processes of this machine, as the main process sees them."""

import multiprocessing
import multiprocessing.spawn
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.processing.pipelines import OpenPipeline
from arpipe.apps.batch.workers.capacity import usable_cores
from arpipe.apps.batch.workers.executor import END_TIMEOUT_S, Block, Executor, Message, Worker
from arpipe.apps.batch.workers.local_worker import work
from arpipe.errors import ConfigError

# Read by numerical libraries, and by the software rasteriser.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS")


def require_main_process() -> None:
    """Raise ConfigError while a worker process imports the script that has started the batch."""
    try:
        multiprocessing.spawn.get_preparation_data("worker")
    except RuntimeError as error:
        raise ConfigError(
            "worker processes import the script that runs the batch: put the call of batch() below a line "
            '`if __name__ == "__main__":`'
        ) from error


class WorkerProcess(Worker):
    """A worker process.

    Args:
        number: Number of its line in the progress display, from 0.
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode; a function that can be imported by its name.
        threads: Number of threads that it may keep busy.
        now_s: Monotonic seconds.

    Attributes:
        connection: Readable when a message is there or the process has ended.
    """

    def __init__(
        self, number: int, config: BatchConfig, make_pipeline: OpenPipeline, threads: int, now_s: float
    ) -> None:
        super().__init__(number, now_s)
        spawn = multiprocessing.get_context("spawn")
        self.connection: Connection
        self.connection, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=work, args=(theirs, config, make_pipeline, threads), name=f"worker-{number}", daemon=True
        )
        with _thread_limits(threads):
            self._process.start()
        theirs.close()  # so that the end of the process ends the connection

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def end(self) -> None:
        """Send SIGTERM; see `Worker`."""
        self._process.terminate()

    def join(self) -> str:
        """Wait for the end of the process; see `Worker`."""
        self._process.join(END_TIMEOUT_S)
        if self._process.is_alive():
            self.kill()
            self._process.join()
        code = self._process.exitcode or 0
        self.connection.close()
        self._process.close()
        return f"exit code {code}" if code >= 0 else _signal_name(-code)

    def _receive(self) -> Sequence[Message] | None:
        try:
            message: Message = self.connection.recv()
        except (EOFError, ConnectionResetError):
            return None
        return (message,)

    def _send(self, block: Block) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(block)


class LocalExecutor(Executor[WorkerProcess]):
    """Runs workers as processes of this machine, which share its cores.

    Args:
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode; a function that can be imported by its name.
        size: Number of processes.
    """

    def __init__(self, config: BatchConfig, make_pipeline: OpenPipeline, size: int) -> None:
        self._config, self._make_pipeline, self.size = config, make_pipeline, size
        self._threads = max(1, usable_cores() // size)

    def start(self, number: int, now_s: float) -> WorkerProcess:
        """Start a process; see `Executor`."""
        return WorkerProcess(number, self._config, self._make_pipeline, self._threads, now_s)

    def wait(self, workers: Sequence[WorkerProcess], timeout_s: float) -> Sequence[WorkerProcess]:
        """Wait for messages and ends of processes; see `Executor`."""
        ready = wait([worker.connection for worker in workers], timeout_s)
        return [worker for worker in workers if worker.connection in ready]


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}, perhaps because memory ran out" if name == "SIGKILL" else name


@contextmanager
def _thread_limits(threads: int) -> Iterator[None]:
    """Limit the threads of the libraries that read it from the environment, in processes started in the block."""
    ours = {name: str(threads) for name in THREAD_VARIABLES if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]
