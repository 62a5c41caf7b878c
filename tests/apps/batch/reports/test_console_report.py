import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.batch.reports.console_report import LINE_EVERY_S, ConsoleReport
from arpipe.io.source import SourceInfo
from arpipe.timing import TimingLog


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self):
        return True


def info(frame_count=90):
    return SourceInfo("clip.mp4", 64, 48, 30.0, frame_count)


def job(folder=Path(), name="clip.mp4"):
    return Job(name, "video", folder / "out.mp4", None, "jsonl")


@pytest.mark.parametrize("frame_count", [90, None])
def test_bar_lives_with_and_without_a_known_length(tmp_path, frame_count):
    text = Terminal()
    with ConsoleReport(Console(file=text, width=100, force_terminal=True), 1) as report:
        report.start(info(frame_count=frame_count), job())
        for _ in range(5):
            report.advance()
        report._bars.progress.refresh()
        report.done(job(tmp_path), Outcome(5, 5, 0, 1.0))
    assert "[1/1] clip.mp4" in text.getvalue()
    assert f"5/{frame_count or '?'}" in text.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_bars_show_the_end_of_a_long_name_and_whole_times(width):
    text = Terminal()
    with ConsoleReport(Console(file=text, width=width, force_terminal=True), 12) as report:
        report.start(info(), job(name=f"{'very/' * 40}long.mp4"))
        report.advance()
        report._bars.progress.refresh()
    lines = Text.from_ansi(text.getvalue()).plain.split("\n")
    shown = [line for line in lines if "[1/12] …" in line][-1]
    assert "/long.mp4 " in shown
    assert shown.rstrip().endswith(" 1/90 0:00:00 -:--:-- left")


def test_long_videos_give_a_line_now_and_then_where_there_is_no_terminal():
    now = [0.0]
    text = io.StringIO()
    with ConsoleReport(Console(file=text, width=100), 1, clock=lambda: now[0]) as report:
        report.start(info(), job())
        for _ in range(30):
            now[0] += LINE_EVERY_S / 10
            report.advance()
    assert text.getvalue().splitlines() == [
        f"clip.mp4: {count} of 90 frames, all done in about 0:0{left}"
        for count, left in ((10, "1:20"), (20, "1:10"), (30, "1:00"))
    ]


def test_forced_colours_make_no_terminal_of_a_file():
    with ConsoleReport(Console(file=io.StringIO(), width=100, force_terminal=True), 1) as report:
        assert report._bars is None


@pytest.mark.parametrize("count", [1, 2])
def test_a_single_photo_is_one_line(tmp_path, count):
    console = Console(file=io.StringIO(), width=100)
    with ConsoleReport(console, count) as report:
        for number in range(count):
            report.start(info(frame_count=1), job(tmp_path, f"{number}.jpg"))
            report.advance()
            report.done(job(tmp_path, f"{number}.jpg"), Outcome(1, 1, 0, 0.5, {"faces": 1}))
        report.finish(TimingLog(), 1.0, interrupted=False)
    lines = console.file.getvalue().splitlines()
    assert lines[0] == f"0.jpg: 1 face, 0.5 s -> {tmp_path / 'out.mp4'}"
    assert (len(lines) == 1) == (count == 1)


def test_bar_of_all_inputs_moves_with_their_frames(tmp_path):
    with ConsoleReport(Console(file=Terminal(), width=100, force_terminal=True), 4) as report:
        report.start(info(frame_count=90), job())
        report.advance(45)
        assert report._bars.progress.tasks[0].completed == 0.5
        report.done(job(tmp_path), Outcome(90, 90, 0, 1.0))
        assert report._bars.progress.tasks[0].completed == 1


def test_summary_says_what_became_of_each_input(tmp_path):
    console = Console(file=io.StringIO(), width=100)
    with ConsoleReport(console, 3) as report:
        report.failure("folder/bad.mp4", "folder/bad.mp4: the file is empty")
        report.start(info(), job())
        report.done(job(tmp_path, "folder/clip.mp4"), Outcome(10, 5, 3, 2.0, {"faces": 2}))
        assert report.failed == 1
        console.print(report.summary())
    text = console.file.getvalue()
    assert "failed: folder/bad.mp4: the file is empty" in text
    assert "1 of 3 done, 1 failed" in text
    assert "3 damaged parts skipped" in text
    for cell in ("bad.mp4", "clip.mp4", "10", "50 %, up to 2 faces", "2.0", "5.0"):
        assert cell in text


@pytest.mark.parametrize(("drawn", "said"), [(299, ", effects on 99 %, 300 frames"), (0, ", 300 frames")])
def test_line_of_a_video_says_how_many_pictures_show_effects(tmp_path, drawn, said):
    console = Console(file=io.StringIO(), width=120)
    with ConsoleReport(console, 1) as report:
        report.done(job(tmp_path), Outcome(300, 300, 0, 3.0, {"faces": 1}, frames_drawn=drawn))
    assert f"100 %, up to 1 face{said}, 100.0 FPS ->" in console.file.getvalue()


@pytest.mark.parametrize(
    ("most", "cell"),
    [({"faces": 14}, "14 faces"), ({"faces": 1, "hands": 2}, "1 face, 2 hands"), ({}, "nobody")],
)
def test_photo_says_how_many_were_found(tmp_path, most, cell):
    console = Console(file=io.StringIO(), width=120)
    with ConsoleReport(console, 1) as report:
        report.start(info(), job())
        report.done(job(tmp_path, "photo.jpg"), Outcome(1, len(most), 0, 0.2, most))
        console.print(report.summary())
    assert cell in console.file.getvalue()
    assert "100 %" not in console.file.getvalue()
