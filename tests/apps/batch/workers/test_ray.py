"""Batches on Ray: the same outputs as on this machine, whatever workers and nodes are lost."""

import os
import sys
import threading
from contextlib import ExitStack

import psutil
import pytest

from arpipe import __version__
from arpipe.apps.batch import EXIT_INTERRUPTED, BatchConfig
from arpipe.apps.batch.jobs.events import Advanced
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.workers.executor import Idle
from arpipe.apps.batch.workers.ray_cluster import _import_ray, connected
from arpipe.apps.batch.workers.ray_worker import Home, RayWorker
from arpipe.config import RayConfig
from arpipe.errors import ConfigError, MissingExtra, RenderError
from tests.apps.batch.fakes import MAIN_VARIABLE, TRIP_VARIABLE, make_fake, trips
from tests.apps.batch.running import STALL_S
from tests.apps.batch.test_jobs import batch, contents

LOCAL = RayConfig(address="local", memory_mb=100)


def require_same_data(made, expected):
    """Pictures and data are equal byte by byte; videos exist (their bytes depend on the encoder's threads)."""
    made, expected = contents(made), contents(expected)
    assert made.keys() == expected.keys()
    data = [path for path in expected if path.suffix in (".jsonl", ".png")]
    assert len(data) == 4
    assert [made[path] for path in data] == [expected[path] for path in data]


@pytest.mark.cluster
def test_killed_and_hanging_workers_on_ray_change_nothing_in_the_outputs(
    footage, tmp_path, trip, jump_at, capfd
):
    batch(footage, tmp_path / "here")
    jump_at(trip("kill", "hang"))
    code, text = batch(footage, tmp_path / "ray", ray=LOCAL, jobs=2, stall_s=STALL_S, retries=5)
    assert (code, "3 of 3 done, 0 failed" in text) == (0, True), text
    assert "its process ended (Worker unexpectedly exits" in text
    assert f"made no progress for {STALL_S:g} s and was ended" in text
    require_same_data(tmp_path / "ray", tmp_path / "here")
    assert not list(tmp_path.rglob(".*.arpipe"))
    assert capfd.readouterr().out == ""  # Ray's own messages would damage events in JSON


@pytest.mark.cluster
def test_interrupt_ends_the_actors_and_leaves_no_half_file(footage, tmp_path, monkeypatch):
    monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, "interrupt-main"))
    monkeypatch.setenv(MAIN_VARIABLE, str(os.getpid()))
    code, text = batch(footage, tmp_path / "out", ray=LOCAL)
    assert code == EXIT_INTERRUPTED
    assert "what was finished stays" in text
    assert not list((tmp_path / "out").rglob(".*.arpipe"))


@pytest.mark.cluster
def test_node_that_is_lost_costs_an_attempt(footage, tmp_path, monkeypatch):
    """Two nodes of one core each; the one whose worker reaches a certain frame first is removed."""
    batch(footage, tmp_path / "here")
    monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, "hang"))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    _import_ray(LOCAL)  # before anything else imports Ray, which reads its settings then
    from ray.cluster_utils import Cluster

    with ExitStack() as stack:
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        stack.callback(cluster.shutdown)
        nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]

        def remove_node():
            while not (tmp_path / "tripped-0").exists() or not (tmp_path / "tripped-0").read_text():
                threading.Event().wait(0.05)
            above = {each.pid for each in psutil.Process(int((tmp_path / "tripped-0").read_text())).parents()}
            (lost,) = (node for node in nodes if node.all_processes["raylet"][0].process.pid in above)
            cluster.remove_node(lost, allow_graceful=False)

        thread = threading.Thread(target=remove_node)
        thread.start()
        code, text = batch(footage, tmp_path / "ray", ray=RayConfig(address=cluster.address, memory_mb=100))
        thread.join()
    assert (code, "3 of 3 done, 0 failed" in text) == (0, True), text
    assert "is tried again" in text
    require_same_data(tmp_path / "ray", tmp_path / "here")


@pytest.mark.cluster
def test_ray_sends_no_usage_reports_and_listens_on_loopback(monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    with connected(LOCAL) as ray:
        from ray._common.usage.usage_lib import usage_stats_enabled

        def state():
            return usage_stats_enabled(), os.environ["RAY_USAGE_STATS_ENABLED"]

        assert state() == (False, "0")
        assert ray.get(ray.remote(state).remote()) == (False, "0")
        children = psutil.Process().children(recursive=True)
        listening = {
            connection.laddr.ip
            for process in children
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert any("raylet" in process.name() for process in children)
        assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


@pytest.mark.cluster
def test_machine_that_cannot_draw_ends_the_batch_on_ray(footage, tmp_path, trip):
    trip("no-gl")
    with pytest.raises(RenderError, match="no OpenGL"):
        batch(footage, tmp_path / "out", ray=LOCAL)


@pytest.mark.cluster
def test_cluster_that_does_not_exist_is_said(footage, tmp_path):
    with pytest.raises(ConfigError, match="--ray auto: no connection.*ray start --head"):
        batch(footage, tmp_path / "out", ray=RayConfig(address="auto"))
    with pytest.raises(ConfigError, match="ray job submit"):
        batch(footage, tmp_path / "out", ray=RayConfig(address="ray://127.0.0.1:1"))
    with pytest.raises(ConfigError, match="--ray 127.0.0.1:1: no connection .*refused.*HOST:PORT"):
        batch(footage, tmp_path / "out", ray=RayConfig(address="127.0.0.1:1"))
    with pytest.raises(ConfigError, match="--ray nonsense: no connection .*HOST:PORT"):
        batch(footage, tmp_path / "out", ray=RayConfig(address="nonsense"))


def test_worker_of_another_version_is_refused(tmp_path):
    worker = RayWorker(BatchConfig(), make_fake, 1, Home("0.0.1", str(tmp_path / "missing")))
    (message,) = worker.messages()
    with pytest.raises(ConfigError, match=f"has arpipe {__version__}, and this machine 0.0.1"):
        raise message.error


class BreakingRunner:
    """Reports progress, and breaks at the second job."""

    def __init__(self, config, make_pipeline, emit, threads, advance_every_s):
        self._emit, self._is_broken = emit, False

    def run(self, job):
        if self._is_broken:
            raise MemoryError("no room")
        self._emit(Advanced(job, 1))
        self._is_broken = True


def test_what_a_worker_reported_before_it_broke_arrives(tmp_path, monkeypatch):
    monkeypatch.setattr("arpipe.apps.batch.workers.ray_worker.JobRunner", BreakingRunner)
    jobs = tuple(Job(f"{name}.mp4", "video", None, None, "jsonl") for name in "ab")
    worker = RayWorker(BatchConfig(), make_fake, 1, Home(__version__, str(tmp_path / "missing")))
    worker.run(jobs)
    assert worker.messages() == [Idle(), Advanced(jobs[0], 1)]
    with pytest.raises(MemoryError, match="no room"):
        worker.messages()


def test_ray_that_is_not_installed_names_the_extra(footage, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"arpipe\[ray\]"):
        batch(footage, tmp_path / "out", ray=LOCAL)
