"""What a pool does with workers that never start or that end, and with more workers than there is work."""

import itertools

import pytest

from arpipe.apps.batch.jobs.events import Failed, Finished
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.batch.workers.executor import Executor, Idle, Worker
from arpipe.apps.batch.workers.pool import START_S, Pool
from arpipe.config import JobsConfig
from arpipe.errors import ArpipeError
from arpipe.timing import TimingLog

JOBS = [Job(f"{name}.mp4", "video", None, None, "jsonl") for name in "abc"]


class ScriptedWorker(Worker):
    """Starts or not, and finishes every block at once."""

    def __init__(self, number, now_s, starts):
        super().__init__(number, now_s)
        self.ended = False
        self.messages = [Idle()] if starts else []

    def kill(self):
        self.ended = True

    end = kill

    def join(self):
        return "ended"

    def _receive(self):
        found, self.messages = self.messages, []
        return found

    def _send(self, block):
        self.messages = [Finished(job, Outcome(1, 1, 0, 0.1), TimingLog()) for job in block]
        self.messages += [Idle()] if block else []


class ScriptedExecutor(Executor[ScriptedWorker]):
    """Its first workers start, the others never do."""

    def __init__(self, size, starting, kind=ScriptedWorker):
        self.size, self._starting, self._kind, self.workers = size, starting, kind, []

    def start(self, number, now_s):
        assert len(self.workers) < 2 * len(JOBS)  # else workers would be started for ever
        self.workers.append(self._kind(number, now_s, number < self._starting))
        return self.workers[-1]

    def wait(self, workers, timeout_s):
        return [worker for worker in workers if worker.messages]


def run(executor, **config):
    clock, events = itertools.count(step=100), []
    pool = Pool(
        executor, JobsConfig(**config), lambda number: events.append, clock=lambda: float(next(clock))
    )
    pool.run(JOBS)
    return events


def test_batch_ends_although_some_workers_find_no_room():
    executor = ScriptedExecutor(3, starting=1)
    events = run(executor)
    assert [event.job for event in events if isinstance(event, Finished)] == JOBS
    assert len(executor.workers) == 3
    assert all(worker.ended for worker in executor.workers)


@pytest.mark.parametrize(("stall_s", "limit"), [(300.0, f"{START_S:g}"), (2000.0, "2000")])
def test_batch_whose_workers_find_no_room_at_all_is_given_up(stall_s, limit):
    executor = ScriptedExecutor(2, starting=0)
    with pytest.raises(ArpipeError, match=f"no worker has started within {limit} s; is there room"):
        run(executor, stall_s=stall_s)
    assert all(worker.ended for worker in executor.workers)


class MortalWorker(ScriptedWorker):
    """Ends when there is nothing left to do."""

    def _receive(self):
        return None if self.ended else super()._receive()

    def _send(self, block):
        super()._send(block)
        self.ended = not block


class DyingWorker(MortalWorker):
    """Ends with its first block."""

    def _send(self, block):
        super()._send(block)
        self.ended = True


class SlowSecondExecutor(ScriptedExecutor):
    """Its second worker finishes a block when no other worker has anything to say."""

    def wait(self, workers, timeout_s):
        ready = [worker for worker in workers if worker.messages or worker.ended]
        return [worker for worker in ready if worker.number != 1 or not worker.jobs] or ready


def test_worker_without_work_is_not_replaced_while_another_one_is_busy():
    executor = SlowSecondExecutor(2, starting=2, kind=MortalWorker)
    events = run(executor, stall_s=1e6)
    assert sorted(event.job.spec for event in events if isinstance(event, Finished)) == [
        job.spec for job in JOBS
    ]
    assert len(executor.workers) == 2


def test_input_on_which_the_last_worker_ends_fails_and_the_batch_does_not():
    executor = SlowSecondExecutor(1, starting=1, kind=DyingWorker)
    events = run(executor, retries=0)
    assert [event.job for event in events if isinstance(event, Failed)] == JOBS
