import os
import sys
import threading
from pathlib import Path

import pytest

from arpipe.__main__ import main
from arpipe.errors import ArpipeError, ConfigError, DeviceError, MediaError, MediaNotFound
from arpipe.io.calibration import load_intrinsics
from arpipe.io.files import files_matching, is_folder, is_pattern, require_file
from arpipe.io.sources import media_kind, open_source
from arpipe.io.toml_tables import parse_value, read_toml

LONG = "n" * 300
DIGITS = "9" * 4400
posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX")


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a loop of links and a folder."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        (LONG, MediaError, "File name too long"),
        ("a/" * 3000, MediaError, "File name too long"),
        ("loop", MediaError, "Too many levels"),
        ("nul\0byte", MediaError, "null (byte|character)"),
        ("folder", MediaError, "is a folder"),
        ("~nobody-of-this-name/x", MediaNotFound, "there is no such file"),
        ("folder/../nothing", MediaNotFound, "there is no such file"),
        ("rtsp://127.0.0.1:9/stream", MediaNotFound, "arpipe live --source ADDRESS"),
        ("http://127.0.0.1:9/a.mp4", MediaNotFound, "arpipe live --source ADDRESS"),
    ],
)
def test_odd_names_are_refused_with_a_reason(odd, name, kind, said):
    with pytest.raises(kind, match=said) as refused:
        require_file(Path(name))
    assert len(str(refused.value)) < 400
    with pytest.raises(ArpipeError):
        open_source(name)


@posix
def test_pipes_and_devices_are_refused_and_not_waited_for(odd):
    os.mkfifo(odd / "pipe")
    for path in (odd / "pipe", Path(os.devnull), odd / "pipe"):
        with pytest.raises(MediaError, match="pipe or a device"):
            media_kind(path)
    for read in (read_toml, load_intrinsics):
        with pytest.raises(ConfigError, match="pipe or a device"):
            read(odd / "pipe")


@posix
def test_piped_input_is_refused_by_name(tmp_path, monkeypatch, capsys):
    """`cat clip.mp4 | arpipe batch /dev/stdin`: what comes through a pipe can be read only once."""
    receiving, sending = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(sending, b"clip"), os.close(sending)))
    writer.start()
    code = main(["batch", f"/dev/fd/{receiving}", "--output", str(tmp_path / "out.mp4")])
    writer.join()
    os.close(receiving)
    assert code == 1
    assert "is a pipe or a device" in " ".join(capsys.readouterr().out.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "number", ["99999999999999999999", DIGITS, "camera:99999999999999999999", f"camera:{DIGITS}"]
)
def test_numbers_of_no_camera_are_refused(number):
    with pytest.raises(DeviceError, match="no camera with this number") as refused:
        open_source(number)
    assert len(str(refused.value)) < 300


def test_questions_about_odd_names_are_answered(odd):
    for name in (LONG, "loop", "nul\0byte", f"{LONG}*"):
        assert not is_folder(name)
    assert is_pattern("folder/*")
    assert list(files_matching(f"{LONG}*")) == []
    assert is_folder("folder")


def test_integers_of_thousands_of_digits_are_no_numbers(tmp_path):
    assert parse_value(DIGITS) == DIGITS
    (tmp_path / "a.toml").write_text(f"x = {DIGITS}")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_toml(tmp_path / "a.toml")
    (tmp_path / "a.json").write_text(f'{{"fx": {DIGITS}}}')
    with pytest.raises(ConfigError, match="not JSON"):
        load_intrinsics(tmp_path / "a.json")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    with pytest.raises(ConfigError, match="not JSON"):
        load_intrinsics(tmp_path / "deep.json")


BATCH = ["batch", "--source", "sample", "--output", "out.mp4"]


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (1, ["batch", LONG, "--output", "out.mp4"]),
        (1, ["batch", "--source", "sample", "--output", LONG]),
        (1, [*BATCH, "--timings", f"{LONG}.json"]),
        (2, [*BATCH, "--config", f"{LONG}.toml"]),
        (2, [*BATCH, "--config", "~nobody-of-this-name/x.toml"]),
        (2, [*BATCH, "--camera", LONG]),
        (2, [*BATCH, "--effect", LONG]),
        (2, [*BATCH, "--effect", f"~nobody-of-this-name/{LONG}"]),
        (1, [*BATCH, "--effect", f"face-paint(image={LONG})"]),
        (2, [*BATCH, "--set", f"camera.fov_deg={DIGITS}"]),
        (2, ["effects", "check", LONG]),
        (1, ["effects", "show", "aviator", "--output", f"{LONG}.png"]),
        (2, ["profile", "compare", LONG, LONG]),
        (1, ["profile", "--json", LONG]),
        (1, ["weights", "import", LONG]),
        (1, ["calibrate", LONG, "--output", "c.json"]),
    ],
)
def test_commands_answer_odd_names_with_one_line(odd, code, arguments, capsys):
    assert main(arguments) == code
    said = capsys.readouterr()
    assert "is a bug in arpipe" not in said.err + said.out
    assert "Traceback" not in said.err + said.out
