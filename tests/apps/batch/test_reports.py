"""What a batch tells to people, to nobody, and to programs."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, BatchConfig, run
from arpipe.apps.batch.outcome import Outcome
from arpipe.apps.batch.report import MAX_ROWS, Report
from arpipe.apps.batch.targets import Job
from arpipe.config import JobsConfig
from arpipe.errors import ArpipeError
from tests.apps.batch.fakes import make_fake
from tests.io.clips import write_clip


@pytest.fixture
def footage(tmp_path):
    """A clip, a damaged one, and an empty one whose name has a line break and a bracket."""
    folder = tmp_path / "footage"
    folder.mkdir()
    write_clip(folder / "a.mp4", size=(64, 48))
    (folder / "bad.mp4").write_bytes(b"no video")
    (folder / "odd\n[red]☃.mp4").touch()
    return folder


def told(footage, out, style, **workers):
    text = io.StringIO()
    config = BatchConfig(inputs=(str(footage),), export=out, report=style, workers=JobsConfig(**workers))
    assert run(config, make_fake, Console(file=text, width=80)) == EXIT_FAILED
    return text.getvalue()


@pytest.mark.parametrize("jobs", [1, 2])
def test_events_are_a_json_object_per_line(footage, tmp_path, jobs):
    lines = [json.loads(line) for line in told(footage, tmp_path / "data", "json", jobs=jobs).splitlines()]
    clip, odd = str(footage / "a.mp4"), str(footage / "odd\n[red]☃.mp4")
    (started,) = (line for line in lines if line["event"] == "started")
    assert (started["input"], started["frames"]) == (clip, 24)
    (done,) = (line for line in lines if line["event"] == "done")
    assert (done["input"], done["frames"], done["frames_found"], done["losses"]) == (clip, 24, 24, [])
    assert done["outputs"] == [str(tmp_path / "data" / "a.jsonl")]
    failed = {line["input"]: line["reason"] for line in lines if line["event"] == "failed"}
    assert set(failed) == {str(footage / "bad.mp4"), odd}
    assert "the file is empty" in failed[odd]
    last = lines[-1]
    assert (last["event"], last["total"], last["done"], last["failed"], last["frames"]) == (
        "finished",
        3,
        1,
        2,
        24,
    )


def test_quiet_batch_prints_failures_to_standard_error_alone(footage, tmp_path, capsys):
    assert told(footage, tmp_path / "data", "quiet") == ""
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("failed: ") == 2
    assert "[red]☃.mp4" in printed.err


def test_summary_of_many_inputs_has_the_slowest_and_those_with_problems():
    console = Console(file=io.StringIO(), width=120)
    with Report(console, MAX_ROWS + 2) as report:
        for number in range(MAX_ROWS + 1):
            job = Job(f"clip{number}.mp4", "video", None, None, "jsonl")
            report.done(job, Outcome(1, 1, 0, float(number)))
        report.failure("bad.mp4", "is no video")
        console.file.truncate(0)
        console.print(report.summary())
    text = console.file.getvalue()
    assert "41 of 42 done, 1 failed; the slowest and those with problems" in text
    assert "bad.mp4" in text
    assert f"clip{MAX_ROWS}.mp4" in text
    assert "clip3.mp4" not in text


def test_standard_output_gets_json_lines_of_all_inputs_and_nothing_else(footage, capfd):
    write_clip(footage / "c.mp4", (0, 3000), size=(64, 48))
    config = BatchConfig(inputs=(str(footage),), export="-")
    assert run(config, make_fake) == EXIT_FAILED
    printed = capfd.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [line["source"] for line in lines] == 25 * [str(footage / "a.mp4")] + 3 * [str(footage / "c.mp4")]
    assert [line["frame"] for line in lines if "frame" in line] == [*range(24), 0, 1]
    assert "2 of 4 done, 2 failed" in printed.err
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"workers": JobsConfig(jobs=2)}, "one input at a time; use --jobs 1"),
        ({"export_format": "csv"}, "takes JSON lines only"),
        ({"existing": "resume"}, "--resume needs a folder"),
    ],
)
def test_standard_output_refuses_what_it_cannot_do(footage, settings, words):
    with pytest.raises(ArpipeError, match=words):
        run(BatchConfig(inputs=(str(footage),), export="-", **settings), make_fake)


def test_reader_that_leaves_ends_the_batch(footage, monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Gone())
    with pytest.raises(BrokenPipeError):
        run(BatchConfig(inputs=(str(footage),), export="-"), make_fake, Console(file=io.StringIO()))
