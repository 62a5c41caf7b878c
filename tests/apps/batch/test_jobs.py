"""Batches in several processes: the same outputs, and what a process that ends or hangs costs."""

import io
import multiprocessing
import os

import pytest
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig, run
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.workers.capacity import WORKER_BYTES, usable_cores, worker_count
from arpipe.apps.batch.workers.pool import BLOCK_SIZE, blocks_of
from arpipe.config import JobsConfig
from arpipe.errors import ArpipeError, ConfigError, RenderError
from tests.apps.batch.fakes import make_fake
from tests.apps.batch.running import STALL_S


def batch(footage, out, make_pipeline=make_fake, **workers):
    """Exit code, and what was printed."""
    text = io.StringIO()
    config = BatchConfig(
        inputs=(str(footage),), output=out / "drawn", export=out / "data", workers=JobsConfig(**workers)
    )
    out.mkdir(exist_ok=True)
    code = run(config, make_pipeline, Console(file=text, width=200))
    assert not multiprocessing.active_children()
    return code, text.getvalue()


def contents(out):
    return {path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("[!.]*")) if path.is_file()}


def test_killed_and_hanging_processes_change_nothing_in_the_outputs(footage, tmp_path, trip, jump_at):
    batch(footage, tmp_path / "one")
    jump_at(trip("kill", "hang"))
    code, text = batch(footage, tmp_path / "many", jobs=2, stall_s=STALL_S, retries=5)
    assert code == 0
    assert "3 of 3 done, 0 failed" in text
    assert "its process ended (SIGKILL, perhaps because memory ran out); it is tried again" in text
    assert f"made no progress for {STALL_S:g} s and was ended" in text
    many, one = contents(tmp_path / "many"), contents(tmp_path / "one")
    assert many.keys() == one.keys()
    assert sorted(path.name for path in one) == [
        "a.jsonl",
        "a.mp4",
        "b.jsonl",
        "b.mp4",
        "photo.jsonl",
        "photo.png",
    ]
    data = [path for path in one if path.suffix in (".jsonl", ".png")]
    assert [many[path] for path in data] == [one[path] for path in data]


def test_input_that_always_ends_its_process_fails_alone(footage, tmp_path, trip):
    trip("kill", "kill", "kill")
    (footage / "b.mp4").unlink()
    code, text = batch(footage, tmp_path / "out", jobs=2, retries=2)
    assert code == EXIT_FAILED
    assert "1 of 2 done, 1 failed" in text
    assert "a.mp4: its process ended (SIGKILL, perhaps because memory ran out) in 3 attempts" in text
    assert sorted(path.name for path in contents(tmp_path / "out")) == ["photo.jsonl", "photo.png"]


def test_interrupt_ends_all_processes_and_leaves_no_half_file(footage, tmp_path, trip):
    trip("interrupt")
    code, text = batch(footage, tmp_path / "out", jobs=2)
    assert code == EXIT_INTERRUPTED
    assert "what was finished stays" in text
    assert not list((tmp_path / "out").rglob(".*.arpipe"))


def test_machine_that_cannot_draw_ends_the_batch(footage, tmp_path, trip):
    trip("no-gl")
    with pytest.raises(RenderError, match="no OpenGL"):
        batch(footage, tmp_path / "out", jobs=2)


class Exploding:
    """Ends the process that it is sent to."""

    def __reduce__(self):
        return os._exit, (9,)


def test_processes_that_cannot_start_are_not_started_for_ever(footage, tmp_path):
    with pytest.raises(ArpipeError, match="end before their first input.*exit code 9.*try --jobs 1"):
        batch(footage, tmp_path / "out", Exploding(), jobs=2)


def test_script_that_the_processes_import_must_not_start_the_batch_again(footage, tmp_path, monkeypatch):
    monkeypatch.setattr(
        multiprocessing.current_process(), "_inheriting", True, raising=False
    )  # as in a worker
    with pytest.raises(ConfigError, match='if __name__ == "__main__"'):
        batch(footage, tmp_path / "out", jobs=2)
    assert not contents(tmp_path / "out")
    assert batch(footage, tmp_path / "out")[0] == 0


def test_named_output_takes_one_input_at_a_time(footage, tmp_path):
    config = BatchConfig(inputs=(str(footage),), output="null:x", workers=JobsConfig(jobs=2))
    with pytest.raises(ConfigError, match="--jobs 1"):
        run(config, make_fake, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("wanted", "inputs", "cores", "workers", "expected"),
    [
        (1, 9, 8, 99, 1),
        (3, 9, 2, 0, 3),
        (3, 2, 8, 99, 2),
        ("auto", 9, 8, 99, 8),
        ("auto", 9, 8, 5, 5),
        ("auto", 9, 8, 0, 1),
        ("auto", 0, 8, 99, 1),
    ],
)
def test_number_of_workers_follows_cores_memory_and_inputs(wanted, inputs, cores, workers, expected):
    assert worker_count(wanted, inputs, cores, workers * WORKER_BYTES + 1) == expected


@pytest.mark.parametrize(("text", "share"), [("max 100000", 1.0), ("50000 100000", 0.0), ("garbage", 1.0)])
def test_cores_respect_the_limit_of_a_container(tmp_path, monkeypatch, text, share):
    limit = tmp_path / "cpu.max"
    limit.write_text(text)
    monkeypatch.setattr("arpipe.apps.batch.workers.capacity._CPU_LIMIT", limit)
    available = len(os.sched_getaffinity(0))
    assert usable_cores() == max(1, round(share * available))


def test_blocks_hold_some_photos_or_one_video_largest_first(tmp_path):
    def job(name, kind, size=0):
        (tmp_path / name).write_bytes(bytes(size))
        return Job(str(tmp_path / name), kind, None, None, "jsonl")

    photos = [job(f"{number}.jpg", "images") for number in range(BLOCK_SIZE + 2)]
    small, large = job("small.mp4", "video", 10), job("large.mp4", "video", 99)
    lost = Job(str(tmp_path / "lost.gif"), "animation", None, None, "jsonl")
    blocks = blocks_of([lost, small, *photos, large])
    assert blocks == [tuple(photos[:BLOCK_SIZE]), tuple(photos[BLOCK_SIZE:]), (large,), (small,), (lost,)]
