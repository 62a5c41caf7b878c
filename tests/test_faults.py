"""Faults at the outputs of every command: no place, no right, no room, killed, interrupted: said, and nothing stays."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arpipe import cli
from arpipe.__main__ import main
from arpipe.errors import OutputError
from arpipe.io.atomic import replacing, write_text

LIVE = ["live", "--source", "sample", "--no-window", "--frames", "2"]
PROFILE = ["profile", "--source", "sample", "--frames", "2", "--size", "64x64"]
OUTPUTS = {
    "batch --output": (["batch", "--source", "sample", "--output"], "made.mp4"),
    "batch --export": (["batch", "--source", "sample", "--no-video", "--export"], "made.jsonl"),
    "batch --timings": (["batch", "--source", "sample", "--output", "{fine}.mp4", "--timings"], "made.json"),
    "profile --json": ([*PROFILE, "--json"], "made.json"),
    "profile --html": ([*PROFILE, "--html"], "made.html"),
    "profile --trace": ([*PROFILE, "--trace"], "made.json"),
    "profile --output": ([*PROFILE, "--output"], "made.mp4"),
    "live --output": ([*LIVE, "--output"], "made.mp4"),
    "live --record": ([*LIVE, "--record"], "made.mp4"),
    "effects show": (["effects", "show", "aviator", "--output"], "made.png"),
    "effects template": (["effects", "template"], "made.png"),
    "calibrate": (["calibrate", "{fine}.png", "--output"], "made.json"),
}
WORK = (  # what begins once the outputs have been checked
    "arpipe.pipeline.perception.Perception.detect",
    "arpipe.io.sample.source.SampleSource.frame",
    "arpipe.apps.profile.run.measure",
    "arpipe.apps.effects.template",
)


@pytest.fixture
def no_work(monkeypatch):
    """Whatever a command does after it has checked its outputs is a failure of the test."""

    def begin(*_, **__):
        raise AssertionError("the work began before its outputs were checked")

    for name in WORK:
        monkeypatch.setattr(name, begin)


def command(name, tmp_path, output):
    arguments, _ = OUTPUTS[name]
    fine = tmp_path / "fine"
    fine.parent.mkdir(exist_ok=True)
    return [*(part.replace("{fine}", str(fine)) for part in arguments), str(output)]


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_without_a_folder_is_refused_before_the_work(name, tmp_path, no_work, capsys):
    (tmp_path / "file").write_text("not a folder")
    output = tmp_path / "file" / OUTPUTS[name][1]
    assert main(command(name, tmp_path, output)) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert str(tmp_path / "file") in said
    assert "bug" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_in_a_read_only_folder_is_refused_before_the_work(
    name, tmp_path, no_work, monkeypatch, capsys
):
    folder = tmp_path / "read-only"
    folder.mkdir()
    touch = Path.touch

    def refuse(path, *arguments, **options):  # as of a folder of somebody else; root may write into any
        if path.parent == folder:
            raise PermissionError(13, "Permission denied")
        touch(path, *arguments, **options)

    monkeypatch.setattr(Path, "touch", refuse)
    assert main(command(name, tmp_path, folder / OUTPUTS[name][1])) == 1
    said = capsys.readouterr().err
    assert "Permission denied" in said
    assert "bug" not in said
    assert list(folder.iterdir()) == []


def test_live_output_that_exists_is_refused_before_the_work(tmp_path, no_work, capsys):
    output = tmp_path / "holiday.mp4"
    output.write_bytes(b"precious")
    assert main([*LIVE, "--output", str(output)]) == 1
    assert str(output) in capsys.readouterr().err
    assert output.read_bytes() == b"precious"


FULL = """
import resource, signal, sys
from arpipe.__main__ import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # as a disk that is full after 2 kB
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.gl
@pytest.mark.weights
@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["effects", "template"], "made.png"),
        (["batch", "{picture}", "--no-video", "--export"], "made.jsonl"),
        (["batch", "{picture}", "--output"], "made.png"),
    ],
)
def test_full_disk_is_said_and_leaves_nothing(arguments, output, tmp_path):
    picture = tmp_path / "in.png"
    if "{picture}" in arguments:
        assert main(["effects", "show", "aviator", "--output", str(picture)]) == 0
    before = sorted(tmp_path.iterdir())
    given = [part.replace("{picture}", str(picture)) for part in arguments]
    program = [sys.executable, "-c", FULL, *given, str(tmp_path / output)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "File too large" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


KILLED = """
import os, signal, sys
from arpipe.io.atomic import AtomicFile
AtomicFile(sys.argv[1]).temporary.write_text("half")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_leftover_of_a_killed_run_is_said_and_removed_by_the_next(tmp_path, capsys):
    output = tmp_path / "made.png"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(output)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert main(["effects", "template", str(output)]) == 0
    assert f"removed {left}, left behind by a run that was killed" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_write_leaves_nothing_and_ends_with_130(number, tmp_path, monkeypatch, capsys):
    output = tmp_path / "made.txt"

    def write(**_):
        with replacing(output) as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), number)

    monkeypatch.setattr(cli, "app", write)
    assert main(["doctor"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_full_disk_keeps_the_earlier_file(tmp_path, monkeypatch):
    output = tmp_path / "settings.toml"
    output.write_text("precious")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_text(output, "new")
    assert output.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [output]
