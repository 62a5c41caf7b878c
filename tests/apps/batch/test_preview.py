"""What a dry run says and, above all, that it writes nothing."""

import io
import json
import os

import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps.batch import BatchConfig, preview
from arpipe.apps.batch.planning.inputs import find_inputs
from arpipe.errors import ConfigError, OutputError
from tests.apps.batch.running import batch
from tests.io.clips import write_clip


@pytest.fixture
def footage(tmp_path):
    """Clips in folders, a photo, a text, and a folder that is a link."""
    folder = tmp_path / "footage"
    (folder / "monday").mkdir(parents=True)
    for name in ("monday/a.mp4", "b.mp4"):
        write_clip(folder / name, (0, 3000), size=(64, 48))
    Image.new("RGB", (64, 48)).save(folder / "photo.png")
    (folder / "notes.txt").touch()
    return folder


def told(*inputs, **settings):
    """Exit code and lines of a dry run, which leaves the files as they are."""
    text = io.StringIO()
    top = inputs[0].parent
    before = tree(top)
    settings = {"inputs": tuple(map(str, inputs)), "recursive": True, **settings}
    code = preview(BatchConfig(**settings), Console(file=text, width=40))
    assert tree(top) == before
    return code, text.getvalue().splitlines()


def tree(top):
    return {path: path.lstat().st_mtime_ns for path in top.rglob("*")}


def test_every_input_has_a_line_with_its_outputs(footage, tmp_path):
    out, data = tmp_path / "drawn", tmp_path / "data"
    code, lines = told(footage, output=out, export=data, export_format="dataset")
    assert code == 0
    assert lines == [
        f"{footage / 'b.mp4'} -> {out / 'b.mp4'}, {data / '*' / 'b.parquet'}",
        f"{footage / 'photo.png'} -> {out / 'photo.png'}, {data / '*' / 'photo.parquet'}",
        f"{footage / 'monday' / 'a.mp4'} -> {out / 'monday' / 'a.mp4'}, {data / '*' / 'monday-a.parquet'}",
        f"{footage}: 1 file of other kinds left out: .txt",
        "to process: 1 photo, 2 videos; done already: 0; cannot be used: 0; nothing was written",
    ]


def test_what_a_resumed_run_would_skip_is_not_planned(footage, tmp_path):
    settings = {"export": tmp_path / "data", "recursive": True}
    assert batch(inputs=[footage], **settings)[0] == 0
    with pytest.raises(OutputError, match="3 outputs would be replaced"):
        told(footage, **settings)
    (tmp_path / "data" / "b.jsonl").unlink()
    planned = [f"{footage / 'b.mp4'} -> {tmp_path / 'data' / 'b.jsonl'}"]
    for existing in ("resume", "skip"):
        _, lines = told(footage, existing=existing, **settings)
        assert lines[:1] == planned
        assert lines[-1].startswith("to process: 1 video; done already: 2;")


def test_shards_share_the_inputs(footage, tmp_path):
    planned = [told(footage, export=tmp_path / "data", shard=f"{number}/3")[1][:-2] for number in (1, 2, 3)]
    specs = [line.split(" -> ")[0] for lines in planned for line in lines]
    assert sorted(specs) == sorted(each.spec for each in find_inputs([str(footage)], True, []).inputs)


@pytest.mark.parametrize("report", ["console", "quiet", "json"])
def test_inputs_that_cannot_be_used_fail_the_exit_code(footage, tmp_path, report):
    missing = footage / "missing\n.png"
    code, lines = told(footage, missing, export=tmp_path / "data", report=report)
    assert code == 1
    shown = str(missing).replace("\n", r"\n")
    if report == "json":
        events = [json.loads(line) for line in lines]
        kinds = [event["event"] for event in events]
        assert kinds == ["planned", "planned", "planned", "note", "failed", "finished"]
        assert events[0] == {
            "event": "planned",
            "input": str(footage / "b.mp4"),
            "kind": "video",
            "outputs": [str(tmp_path / "data" / "b.jsonl")],
        }
        assert (events[-2]["input"], events[-2]["reason"]) == (str(missing), "there is no such file")
        assert events[-1] == {"event": "finished", "total": 3, "failed": 1, "skipped": 0, "done": 0}
    elif report == "quiet":
        assert lines == [f"failed: {shown}: there is no such file"]
    else:
        assert lines[-2] == f"failed: {shown}: there is no such file"
        assert "cannot be used: 1" in lines[-1]


def test_what_a_run_would_refuse_is_refused(footage, tmp_path):
    with pytest.raises(ConfigError, match="--resume needs a folder"):
        told(footage / "b.mp4", export=tmp_path / "b.jsonl", existing="resume")
    with pytest.raises(OutputError, match="is the same file as the input"):
        told(footage, output=footage)
    assert not os.path.lexists(tmp_path / "b.jsonl")
