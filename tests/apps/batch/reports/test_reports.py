"""What a batch tells to people, to nobody, and to programs."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, BatchConfig, run
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.batch.reports.console_report import ConsoleReport
from arpipe.apps.batch.reports.report import QuietReport
from arpipe.apps.batch.reports.results import MAX_ROWS
from arpipe.config import JobsConfig
from arpipe.errors import ArpipeError
from arpipe.timing import TimingLog
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
    assert (done["damaged_parts"], done["frames_drawn"]) == (0, None)
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


def test_summary_of_many_inputs_has_the_slowest_and_lists_those_with_problems():
    console = Console(file=io.StringIO(), width=80)
    reason, loss = f"is not a video: {'x' * 100}", "only 3 of 9 frames"
    with ConsoleReport(console, MAX_ROWS + 3) as report:
        for number in range(MAX_ROWS + 1):
            job = Job(f"monday/clip{number}.mp4", "video", None, None, "jsonl")
            report.done(job, Outcome(1, 1, 0, float(number)))
        report.done(Job("cut.mp4", "video", None, None, "jsonl"), Outcome(3, 3, 0, 0.0, losses=(loss,)))
        report.failure("tuesday/bad.mp4", f"tuesday/bad.mp4: {reason}")
        console.file.truncate(0)
        console.file.seek(0)
        report.finish(TimingLog(), 1.0, interrupted=False)
    lines = console.file.getvalue().splitlines()
    assert lines[0].rstrip() == "42 of 43 done, 1 of them with losses, 1 failed; the slowest"
    assert f"monday/clip{MAX_ROWS}.mp4" in console.file.getvalue()
    assert "clip3.mp4" not in console.file.getvalue()
    assert lines[-2:] == [f"cut.mp4: LOST: {loss}", f"failed: tuesday/bad.mp4: {reason}"]


def test_names_of_inputs_break_no_line_and_send_nothing_to_the_terminal(capsys):
    name = "a\n\x1b[31m.mp4"
    console = Console(file=io.StringIO(), width=200)
    job = Job(name, "video", None, Path("data") / "a.parquet", "dataset")
    with ConsoleReport(console, 2) as report, QuietReport() as quiet:
        report.done(job, Outcome(1, 1, 0, 1.0))
        for each in (report, quiet):
            each.failure(name, "is not a video")
        report.finish(TimingLog(), 1.0, interrupted=False)
    printed = [*console.file.getvalue().splitlines(), *capsys.readouterr().err.splitlines()]
    lines = [line for line in printed if ".mp4" in line]
    assert lines[0] == r"a\n\x1b[31m.mp4: nobody, 1.0 s -> data/*/a.parquet"
    assert len(lines) == 5
    assert all(r"a\n\x1b[31m.mp4" in line and "\x1b" not in line for line in lines)


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
