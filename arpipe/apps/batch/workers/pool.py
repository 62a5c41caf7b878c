"""Runs jobs in several workers; one that ends or hangs costs one attempt of one input.

Videos are handed out one by one, the largest first, and photos in blocks, since a message takes about as long as a
small photo. Whatever a worker has not finished when it ends is handed out again.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic

from arpipe.apps.batch.jobs.events import Assigned, Divided, Emit, Event, Failed, Finished, Interrupted
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.size import input_bytes
from arpipe.apps.batch.workers.executor import Block, Executor, Hopeless, Idle, Message, W
from arpipe.config import JobsConfig
from arpipe.errors import ArpipeError
from arpipe.io.atomic import remove_abandoned
from arpipe.timing import Clock

BLOCK_SIZE = 16
MAX_FAILED_STARTS = 3  # in a row, of workers that end before their first job
CHECK_EVERY_S = 1.0
START_S = 600.0  # for the first worker to start; clusters that scale themselves start a machine before


class Pool(Generic[W]):
    """Hands out jobs to workers until all are done.

    Args:
        executor: Starts the workers.
        config: Retries, and the time after which a worker counts as hanging.
        emit: Receives what happens, and the number of the worker.
        follow: Returns the jobs that can be done as what happens has happened.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        executor: Executor[W],
        config: JobsConfig,
        emit: Callable[[int], Emit],
        follow: Callable[[Event], Sequence[Job]] = lambda _: (),
        clock: Clock = time.monotonic,
    ) -> None:
        self._executor, self._config = executor, config
        self._emit, self._follow, self._clock = emit, follow, clock
        self._blocks: deque[Block] = deque()
        self._workers: dict[int, W] = {}
        self._attempts: Counter[str] = Counter()
        self._lost: list[Job] = []  # whose process has ended in the middle
        self._failed_starts = 0

    def run(self, jobs: Sequence[Job]) -> None:
        """Run all jobs.

        Raises:
            ArpipeError: Nothing can be drawn or detected on this machine, or workers cannot start.
        """
        self._blocks.extend(blocks_of(jobs))
        try:
            self._start_workers()
            while self._blocks or any(worker.jobs for worker in self._workers.values()):
                self._wait()
                self._end_hanging()
                self._require_started()
        finally:
            for worker in self._workers.values():
                worker.end()
            for worker in self._workers.values():
                worker.join()
                self._lost += worker.jobs
            for job in self._lost:  # again, because actors on Ray that are killed end a little later
                _remove_leftovers(job)

    def _start_workers(self) -> None:
        """Start a worker for each block that waits, as far as there is room."""
        free = [number for number in range(self._executor.size) if number not in self._workers]
        for number in free[: len(self._blocks)]:
            self._workers[number] = self._executor.start(number, self._clock())

    def _wait(self) -> None:
        for worker in self._executor.wait(list(self._workers.values()), CHECK_EVERY_S):
            messages = worker.receive(self._clock())
            if messages is None:
                self._bury(worker)
            for message in messages or ():
                self._take(worker, message)

    def _take(self, worker: W, message: Message) -> None:
        if isinstance(message, Hopeless):
            raise message.error
        if isinstance(message, Idle):
            self._failed_starts = 0
            block = self._blocks.popleft() if self._blocks else ()
            for job in block:
                self._tell(worker.number, Assigned(job))
            worker.send(block)
            return
        if isinstance(message, Finished | Failed | Divided):
            worker.jobs.popleft()
        self._tell(worker.number, message)

    def _tell(self, number: int, event: Event) -> None:
        """Pass on what has happened, and do next what can be done because of it."""
        self._emit(number)(event)
        jobs = self._follow(event)
        self._blocks.extendleft((job,) for job in reversed(jobs))
        if len(jobs) > 1:  # a single one is for the worker that has just become idle
            self._start_workers()

    def _end_hanging(self) -> None:
        now_s = self._clock()
        for worker in list(self._workers.values()):
            if worker.jobs and now_s - worker.seen_s > self._config.stall_s:
                worker.kill()
                self._bury(worker, f"made no progress for {self._config.stall_s:g} s and was ended")

    def _require_started(self) -> None:
        limit_s, now_s = max(START_S, self._config.stall_s), self._clock()
        workers = self._workers.values()  # none after the last one has ended
        if workers and all(not worker.is_ready and now_s - worker.seen_s > limit_s for worker in workers):
            raise ArpipeError(
                f"no worker has started within {limit_s:g} s; is there room for one? "
                "set batch.stall_s higher if starting takes longer"
            )

    def _bury(self, worker: W, why: str = "") -> None:
        """Remove a worker that has ended, or was ended for a reason; hand its jobs out again, and replace it."""
        del self._workers[worker.number]
        how = worker.join()
        jobs = tuple(worker.jobs)
        if jobs:
            self._count_attempt(worker.number, jobs[0], f"its process {why or f'ended ({how})'}")
            self._blocks.extendleft((job,) for job in reversed(jobs) if self._has_attempts(job))
        elif not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts > MAX_FAILED_STARTS:
                raise ArpipeError(
                    f"worker processes end before their first input ({how}); try --jobs 1 to see the reason"
                )
        self._start_workers()

    def _count_attempt(self, number: int, job: Job, reason: str) -> None:
        _remove_leftovers(job)
        self._lost.append(job)
        self._attempts[job.name] += 1
        if self._has_attempts(job):
            self._tell(number, Interrupted(job, f"{reason}; it is tried again"))
        else:
            attempts = self._attempts[job.name]
            tried = f" in {attempts} attempts" if attempts > 1 else ""
            self._tell(number, Failed(job, f"{reason}{tried}"))

    def _has_attempts(self, job: Job) -> bool:
        return self._attempts[job.name] <= self._config.retries


def blocks_of(jobs: Iterable[Job]) -> list[Block]:
    """Divide jobs into blocks: photos in the order given, then videos one by one, the largest first."""
    photos: list[Job] = []
    videos: list[Job] = []
    for job in jobs:
        (photos if job.mode == "image" else videos).append(job)
    videos.sort(key=input_bytes, reverse=True)
    blocks: list[Block] = [
        tuple(photos[start : start + BLOCK_SIZE]) for start in range(0, len(photos), BLOCK_SIZE)
    ]
    return [*blocks, *((job,) for job in videos)]


def _remove_leftovers(job: Job) -> None:
    """Remove the temporary files of a job that a killed process left."""
    for folder in job.temporary_folders():
        remove_abandoned(folder)
