"""The exit codes of `arpipe batch`, as docs/batch.md has them."""

import re
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from arpipe.__main__ import main
from arpipe.apps import batch
from tests.apps.batch.fakes import FakePipeline, make_fake
from tests.io.clips import damage_frames, write_clip

DOCS = Path(__file__).parents[3] / "docs/batch.md"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two clips, one that is not a video, and one without its end; pipelines are fakes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batch, "run", partial(batch.run, make_pipeline=make_fake))
    (tmp_path / "good").mkdir()
    for name in ("good/a.mp4", "good/b.mp4"):
        write_clip(tmp_path / name, (0, 3000, 6000), size=(64, 48))
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    damage_frames(write_clip(tmp_path / "short.mp4", tuple(range(0, 180_000, 3000)), gop=6), 1.0, 9.0)
    (tmp_path / "list.jsonl").write_text('{"file": "good/a.mp4"}\n')
    (tmp_path / "taken.mp4").write_bytes(b"of another program")
    (tmp_path / "taken").mkdir()
    return tmp_path


CODES = {
    "good --export out": 0,
    "good --export out --jobs 2": 0,
    "good/a.mp4 --output out.mp4": 0,
    "good --export out --quiet": 0,
    "good --export out --json": 0,
    "good --export out --dry-run": 0,
    "good --export out --resume": 0,
    "good bad.mp4 --export out": 1,  # one of several failed
    "bad.mp4 --export out": 1,
    "good nothing.mp4 --export out": 1,
    "good bad.mp4 --export out --quiet": 1,
    "good bad.mp4 --export out --json": 1,
    "short.mp4 --export out": 1,  # its end is missing
    "good/a.mp4 --output taken.mp4": 1,  # would be replaced
    "good/a.mp4 --output good/a.mp4": 1,  # is the input
    "good/a.mp4 --output no/where/a.mp4": 1,
    "good --export out --no-such-option": 2,
    "good --export out --resume --overwrite": 2,
    "good --export out --quiet --json": 2,
    "good --output out --no-video": 2,
    "good --export out --shard 0/3": 2,
    "good --export out --segment 2": 2,  # shorter than the overlap
    "good --export out --jobs none": 2,
    "good --export out --set batch.retry=3": 2,
    "good --export taken --config nothing.toml": 2,
    "good --export taken --resume": 1,  # another batch writes there, see below
    "good": 2,  # nothing to write
    "--export out": 2,  # nothing to read
    "nothing.mp4 --export out": 2,
    "--manifest list.jsonl --export out": 2,
    "--manifest nothing.jsonl --export out": 2,
}


@pytest.mark.parametrize(("line", "code"), CODES.items(), ids=CODES)
def test_exit_code_says_what_became_of_a_batch(folder, capsys, line, code):
    with FileLock(folder / "taken" / ".arpipe-batch.jsonl.lock"):
        assert main(["batch", *line.split()]) == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    if code == 2:
        assert printed.err
        assert not [path for path in folder.glob("out/*") if not path.name.startswith(".")]


def test_interrupted_batch_has_the_code_of_ctrl_c(folder, monkeypatch):
    class Interrupted(FakePipeline):
        def detect(self, frame):
            raise KeyboardInterrupt

    monkeypatch.setattr(
        batch, "run", partial(batch.run.func, make_pipeline=lambda config, mode: Interrupted(mode))
    )
    assert main(["batch", "good", "--export", "out"]) == 130


def test_documentation_has_every_code():
    table = DOCS.read_text("utf-8").partition("## Exit codes")[2]
    assert set(map(int, re.findall(r"^\| (\d+) \|", table, re.MULTILINE))) == {*CODES.values(), 130}
