"""Workers of a batch on a Ray cluster, as the main process sees them."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from arpipe import __version__
from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.processing.pipelines import OpenPipeline
from arpipe.apps.batch.workers.executor import END_TIMEOUT_S, Block, Executor, Message, Worker
from arpipe.apps.batch.workers.ray_cluster import connected
from arpipe.apps.batch.workers.ray_worker import Home, RayWorker
from arpipe.apps.signals import watched_interruption

_THREADS = 3  # of an actor: one for `run`, one for `messages`, one for `interrupt`


class RemoteWorker(Worker):
    """An actor on some node.

    Args:
        number: Number of its line in the progress display, from 0.
        ray: The module.
        actor: Handle of a `RayWorker`.
        now_s: Monotonic seconds.

    Attributes:
        answer: Reference to its next messages; ready when they are there or the actor has ended.
    """

    def __init__(self, number: int, ray: ModuleType, actor: Any, now_s: float) -> None:
        super().__init__(number, now_s)
        self._ray, self._actor = ray, actor
        self._run: Any = None
        self._how = "it was lost"
        self.answer = actor.messages.remote()

    def kill(self) -> None:
        """End the actor at once."""
        self._ray.kill(self._actor)

    def end(self) -> None:
        """Interrupt the actor; see `Worker`."""
        self._actor.interrupt.remote()

    def join(self) -> str:
        """Wait until the actor has returned from its block, and end it; see `Worker`."""
        if self._run is not None:
            self._ray.wait([self._run], timeout=END_TIMEOUT_S)
        self.kill()
        return self._how

    def _receive(self) -> Sequence[Message] | None:
        try:
            messages: Sequence[Message] = self._ray.get(self.answer)
        except Exception as error:  # noqa: BLE001 - of the actor, or of Ray because the actor or its node is gone
            self._how = _reason(error)
            return None
        self.answer = self._actor.messages.remote()
        return messages

    def _send(self, block: Block) -> None:
        if block:
            self._run = self._actor.run.remote(block)
        else:
            self.kill()


class RayExecutor(Executor[RemoteWorker]):
    """Runs workers as actors of a cluster, each of which claims cores and memory of a node.

    Args:
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode; a function that can be imported by its name.
        inputs: Number of inputs.

    Raises:
        ConfigError: There is no cluster at the address.
        MissingExtra: The extra `ray` is not installed.
    """

    def __init__(self, config: BatchConfig, make_pipeline: OpenPipeline, inputs: int) -> None:
        self._needs = config.workers.ray
        wanted = config.workers.jobs or "auto"
        claims = {"num_cpus": self._needs.cpus, "memory": self._needs.memory_mb << 20}
        with ExitStack() as opened:
            self._ray = opened.enter_context(connected(self._needs))
            self._interruption = opened.enter_context(watched_interruption())  # `ray.init` replaces handlers
            self.size = max(1, min(inputs, self._places() if wanted == "auto" else wanted))
            self._actors = self._ray.remote(RayWorker).options(max_concurrency=_THREADS, **claims)
            self._stack = opened.pop_all()
        home = Home(__version__, os.getcwd())  # noqa: PTH109 - as text, for another machine
        self._arguments = (config, make_pipeline, self._needs.cpus, home)

    def start(self, number: int, now_s: float) -> RemoteWorker:
        """Ask the cluster for an actor; see `Executor`."""
        return RemoteWorker(number, self._ray, self._actors.remote(*self._arguments), now_s)

    def wait(self, workers: Sequence[RemoteWorker], timeout_s: float) -> Sequence[RemoteWorker]:
        """Wait for messages and ends of actors; see `Executor`. Raises KeyboardInterrupt after Ctrl-C and SIGTERM."""
        if self._interruption.is_requested:
            raise KeyboardInterrupt
        answers = {worker.answer: worker for worker in workers}
        ready, _ = self._ray.wait(list(answers), num_returns=len(answers), timeout=0)
        if not ready:
            ready, _ = self._ray.wait(list(answers), timeout=timeout_s)
        return [answers[answer] for answer in ready]

    def close(self) -> None:
        """Leave the cluster, and stop it if it was started for the batch; may be called twice."""
        self._stack.close()

    def _places(self) -> int:
        """Return the number of workers for which the cluster has cores and memory."""
        found = self._ray.cluster_resources()
        by_cores = found.get("CPU", 0.0) // self._needs.cpus
        return int(min(by_cores, found.get("memory", 0.0) // (self._needs.memory_mb << 20)))


def _reason(error: Exception) -> str:
    """Return the informative line of a Ray error, whose text can be pages long."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    details = [line.partition("Worker exit detail: ")[2].partition(" Some common")[0] for line in lines]
    return next(filter(None, details), lines[-1] if lines else type(error).__name__)[:300]
