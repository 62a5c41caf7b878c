"""Long videos in pieces: the outputs are those of the whole video."""

import json
import secrets
from fractions import Fraction

import pytest

from arpipe import __version__
from arpipe.apps.batch import BatchConfig
from arpipe.apps.batch.jobs.events import Divided, Finished
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.workers.ray_worker import Home, RayWorker
from arpipe.config import JobsConfig
from arpipe.io.object_store import files_below, read_files, write_file
from tests.apps.batch.crowd import SECOND_FROM_S, make_crowd
from tests.apps.batch.pieces.pieces import (
    PIECES,
    PTS,
    VIDEO,
    Crowds,
    ids,
    process,
    require_same_data,
    require_same_video,
)
from tests.apps.batch.running import batch

FORMATS = ("csv-wide", "parquet", "dataset")


def test_video_in_pieces_is_the_whole_video(clip, whole, tmp_path):
    code, text = process(clip, tmp_path / "out")
    assert code == 0, text
    assert "clip.mp4: is processed in 4 pieces" in text
    assert "1 of 1 done, 0 failed" in text
    assert "effects on 100 %, 60 frames" in text
    assert text.count("100 %") == 1  # nobody is there at the end
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)
    assert not list((tmp_path / "out").rglob(".arpipe-pieces"))
    found = ids(tmp_path / "out" / "data" / "clip.jsonl")
    assert found[0] == [1]
    assert [1, 2] in found
    assert [2] in found  # in pieces in which only the second person is


@pytest.mark.parametrize("chosen", FORMATS)
def test_data_of_pieces_is_that_of_the_whole_video_in_every_format(clip, tmp_path, chosen):
    if chosen in ("parquet", "dataset"):
        pytest.importorskip("pyarrow")
    settings = {"export_format": chosen, "output": None}
    assert process(clip, tmp_path / "whole", workers=JobsConfig(), **settings)[0] == 0
    assert process(clip, tmp_path / "out", **settings)[0] == 0
    require_same_data(tmp_path / "out", tmp_path / "whole")


def test_single_files_are_joined_too(clip, whole, tmp_path):
    settings = {"output": tmp_path / "a.mp4", "export": tmp_path / "a.jsonl"}
    code, text = process(clip, tmp_path, **settings)
    assert code == 0, text
    assert (tmp_path / "a.jsonl").read_bytes() == (whole / "data" / "clip.jsonl").read_bytes()
    assert not list(tmp_path.glob(".arpipe*"))


def test_terminal_shows_the_pieces_of_a_video_and_a_bar_for_all_of_it(clip, tmp_path):
    settings = {"output": tmp_path / "a.mp4", "video": VIDEO, "workers": PIECES, "terminal": True}
    code, text = batch(Crowds(), inputs=[clip], **settings)
    assert code == 0, text
    assert "1 of 1 done, 0 failed" in text
    assert "all inputs" in text


def test_timings_say_how_long_cutting_and_joining_took(clip, tmp_path):
    code, text = process(clip, tmp_path / "out", timings=tmp_path / "timings.json")
    assert code == 0, text
    record = json.loads((tmp_path / "timings.json").read_text("utf-8"))
    assert record["frames"] == len(PTS)
    assert {name: record["stages"][name]["count"] for name in ("cut", "encode", "join")} == {
        "cut": 1,
        "encode": len(PTS),
        "join": len(PTS),
    }
    assert "join" in text


def test_worker_on_ray_divides_videos_too(clip, tmp_path):
    config = BatchConfig(export=tmp_path / "data", workers=PIECES)
    worker = RayWorker(config, make_crowd, 1, Home(__version__, str(tmp_path / "missing")))
    job = Job(str(clip), "video", None, tmp_path / "data" / "clip.jsonl", "jsonl")
    worker.run((job,))
    (divided,) = [each for each in worker.messages() if isinstance(each, Divided)]
    worker.run(divided.pieces[:1])
    (finished,) = [each for each in worker.messages() if isinstance(each, Finished)]
    assert finished.job == divided.pieces[0]
    assert divided.pieces[0].export.exists()


def test_pieces_of_videos_in_stores_are_joined_there_and_removed(clip, whole, tmp_path):
    store = f"memory://{tmp_path.name}-{secrets.token_hex(4)}"
    write_file(f"{store}/in/clip.mp4", clip.read_bytes())
    settings = {"output": f"{store}/drawn", "export": f"{store}/data", "video": VIDEO, "workers": PIECES}
    code, text = batch(Crowds(), inputs=[f"{store}/in/clip.mp4"], **settings)
    assert code == 0, text
    assert "is processed in 4 pieces" in text
    found = files_below(store, recursive=True)
    assert [name for name in found if "/." not in name] == [
        "data/clip.jsonl",
        "drawn/clip.mp4",
        "in/clip.mp4",
    ]
    assert not [name for name in found if "pieces" in name]
    data = read_files(store, ["data/clip.jsonl"])["data/clip.jsonl"].splitlines()
    assert data[1:] == (whole / "data" / "clip.jsonl").read_bytes().splitlines()[1:]


def test_pieces_that_a_store_does_not_remove_do_no_harm(clip, tmp_path, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError("no right to delete")

    memory = pytest.importorskip("fsspec.implementations.memory")
    monkeypatch.setattr(memory.MemoryFileSystem, "rm", refuse)
    store = f"memory://{tmp_path.name}-{secrets.token_hex(4)}"
    code, text = batch(Crowds(), inputs=[clip], export=f"{store}/data", workers=PIECES)
    assert code == 0, text
    assert "1 of 1 done, 0 failed" in text
    found = files_below(store, recursive=True)
    assert "data/clip.jsonl" in found
    assert [name for name in found if "pieces" in name]


def test_second_person_comes_within_the_first_piece():
    assert Fraction(SECOND_FROM_S) < Fraction(PIECES.segment_s)
