"""Pieces of videos on Ray and in an object store, whose workers and nodes are lost: the outputs of a local run."""

import os
import re

import pytest

from arpipe.apps.batch import EXIT_INTERRUPTED
from arpipe.config import RayConfig
from arpipe.io.object_store import files_below, read_files, write_file
from tests.apps.batch.crowd import make_crowd
from tests.apps.batch.fakes import MAIN_VARIABLE, TRIP_VARIABLE, trips
from tests.apps.batch.pieces.pieces import (
    PIECES,
    VIDEO,
    Crowds,
    process,
    require_same_data,
    require_same_video,
)
from tests.apps.batch.running import batch

LOCAL = RayConfig(address="local", memory_mb=100)


def frames(content):
    """The lines of an export without its header, which names the input."""
    return content.splitlines()[1:]


@pytest.mark.cluster
def test_pieces_are_shared_by_workers_on_ray_one_of_which_is_killed(clip, whole, tmp_path, trip):
    trip("kill")
    workers = PIECES.model_copy(update={"ray": LOCAL, "retries": 3})
    code, text = process(clip, tmp_path / "out", make_crowd, workers)
    assert code == 0, text
    assert "its process ended" in text
    assert "is processed in 4 pieces" in text
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)
    assert not list((tmp_path / "out").rglob(".arpipe-pieces"))


@pytest.mark.cluster
def test_interrupted_pieces_in_a_bucket_on_ray_are_continued(clip, whole, tmp_path, bucket, monkeypatch):
    write_file(f"{bucket}/long/clip.mp4", clip.read_bytes())
    settings = {
        "inputs": [f"{bucket}/long"],
        "output": f"{bucket}/out/drawn",
        "export": f"{bucket}/out/data",
        "video": VIDEO,
        "existing": "resume",
    }
    ray = PIECES.model_copy(update={"ray": LOCAL, "jobs": 1})
    monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, "go-on", "interrupt-main"))  # in the second piece
    monkeypatch.setenv(MAIN_VARIABLE, str(os.getpid()))
    code, text = batch(make_crowd, workers=ray, **settings)
    assert code == EXIT_INTERRUPTED, text
    assert "drawn/.arpipe-pieces/clip.mp4/1.json" in files_below(f"{bucket}/out", recursive=True)
    code, text = batch(Crowds(), workers=PIECES, **settings)
    assert code == 0, text
    assert re.search(r"clip.mp4: \d of its pieces (was|were) done already", text)
    names = [name for name in files_below(f"{bucket}/out", recursive=True) if "/.arpipe-batch" not in name]
    assert names == ["data/clip.jsonl", "drawn/clip.mp4"]
    made = read_files(f"{bucket}/out", names)
    assert frames(made["data/clip.jsonl"]) == frames((whole / "data" / "clip.jsonl").read_bytes())
    (tmp_path / "out" / "drawn").mkdir(parents=True)
    (tmp_path / "out" / "drawn" / "clip.mp4").write_bytes(made["drawn/clip.mp4"])
    require_same_video(tmp_path / "out", whole)
