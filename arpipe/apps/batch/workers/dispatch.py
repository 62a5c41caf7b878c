"""Runs the jobs of a batch where the settings say: in this process, in several, or on Ray."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.jobs.events import Assigned, Event
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.pieces.dividing import count_units
from arpipe.apps.batch.processing.job_runner import JobRunner
from arpipe.apps.batch.processing.pipelines import OpenPipeline
from arpipe.apps.batch.workers.capacity import free_memory_bytes, usable_cores, worker_count
from arpipe.apps.batch.workers.executor import Executor
from arpipe.apps.batch.workers.local_executor import LocalExecutor
from arpipe.apps.batch.workers.pool import Pool
from arpipe.apps.malloc import limit_malloc_arenas
from arpipe.errors import ConfigError
from arpipe.io.export import STANDARD_OUTPUT

MOST_WORKERS = 100_000  # as in `arpipe.config.JobsConfig`

Follow = Callable[[Event], Sequence[Job]]


class Observer(Protocol):
    """Receives what happens."""

    def __call__(self, event: Event, worker: int = 0) -> None:
        """Take an event of a worker."""


def run_jobs(
    jobs: Sequence[Job],
    config: BatchConfig,
    make_pipeline: OpenPipeline,
    observer: Observer,
    follow: Follow,
) -> None:
    """Run jobs, and those that follow from them, in this process, in several, or on Ray.

    Args:
        jobs: The inputs.
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode.
        observer: Receives what happens, and the number of the worker.
        follow: Returns the jobs that can be done as something has happened.

    Raises:
        ConfigError: Several processes cannot share an output, or there is no cluster.
        RenderError, WeightsError: Nothing can be drawn or detected on this machine.
    """
    if config.workers.ray.address is None:
        wanted, cores = config.workers.jobs or 1, usable_cores()
        units = count_units(jobs, config.workers.segment_s, cores)
        size = worker_count(wanted, units, cores, free_memory_bytes())
        if size == 1:
            _run_here(jobs, config, make_pipeline, observer, follow)
            return
    else:
        size = len(jobs) if config.workers.segment_s is None else MOST_WORKERS
    _refuse_single_outputs(config)
    with _open_executor(config, make_pipeline, size) as executor:
        Pool(executor, config.workers, lambda number: partial(observer, worker=number), follow).run(jobs)


def _run_here(
    jobs: Sequence[Job],
    config: BatchConfig,
    make_pipeline: OpenPipeline,
    observer: Observer,
    follow: Follow,
) -> None:
    """Run jobs in this process: pictures before videos, so that each pipeline is built once."""
    waiting = deque(sorted(jobs, key=lambda job: job.mode))

    def observe(event: Event) -> None:
        observer(event)
        waiting.extendleft(reversed(follow(event)))

    limit_malloc_arenas()
    with JobRunner(config, make_pipeline, observe) as runner:
        while waiting:
            job = waiting.popleft()
            observe(Assigned(job))
            runner.run(job)


def _refuse_single_outputs(config: BatchConfig) -> None:
    """Refuse outputs that several processes cannot share."""
    if isinstance(config.output, str):
        raise ConfigError(f"--output {config.output}: a named output takes one input at a time; use --jobs 1")
    if config.export == STANDARD_OUTPUT:
        raise ConfigError("--export -: standard output takes one input at a time; use --jobs 1")


def _open_executor(config: BatchConfig, make_pipeline: OpenPipeline, size: int) -> Executor[Any]:
    if config.workers.ray.address is None:
        return LocalExecutor(config, make_pipeline, size)
    from arpipe.apps.batch.workers.ray_executor import RayExecutor

    return RayExecutor(config, make_pipeline, size)
