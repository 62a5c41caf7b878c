"""What a pool does with workers that never start, and with more workers than there is work."""

import itertools

import pytest

from arpipe.apps.batch.events import Finished
from arpipe.apps.batch.executor import Executor, Idle, Worker
from arpipe.apps.batch.job import Outcome
from arpipe.apps.batch.pool import START_S, Pool
from arpipe.apps.batch.targets import Job
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

    def __init__(self, size, starting):
        self.size, self._starting, self.workers = size, starting, []

    def start(self, number, now_s):
        self.workers.append(ScriptedWorker(number, now_s, number < self._starting))
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
