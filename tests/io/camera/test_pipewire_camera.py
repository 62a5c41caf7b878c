"""A camera of PipeWire: with a stand-in for GStreamer, and with the real one where it is installed."""

import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from arpipe.errors import ConfigError, DeviceError
from arpipe.io.camera.pipewire_camera import PROGRAM, PipeWireCameraSink
from arpipe.io.sinks import LiveSink
from arpipe.types import Frame, FrameResult
from tests.patience import PATIENCE_S

SIZE = (96, 64)
ATTEMPT_S = 8.0  # for a reader to get its pictures
HALVES = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
HALVES[:, : SIZE[0] // 2] = (200, 100, 0)
HALVES[:, SIZE[0] // 2 :] = (0, 60, 180)


def result_of(pixels):
    return FrameResult(Frame(np.ascontiguousarray(pixels[..., :3]), 0.0, 0))


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """Installs a program in place of GStreamer, which stores its arguments and input beside it."""

    def install(body):
        program = tmp_path / PROGRAM
        program.write_text(
            f"#!{sys.executable}\nimport sys, pathlib\nfolder = pathlib.Path(__file__).parent\n{body}\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


STORE = """
(folder / "arguments").open("a").write(" ".join(sys.argv[1:]) + "\\n")
(folder / "input").open("ab").write(sys.stdin.buffer.read())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
def test_pictures_go_through_the_pipe_without_alpha_and_sizes_may_change(launcher, tmp_path):
    launcher(STORE)
    clear = np.dstack([HALVES, np.full(HALVES.shape[:2], 9, np.uint8)])
    with LiveSink("pipewire:my camera") as sink:
        sink.write(HALVES, result_of(HALVES))
        sink.write(clear, result_of(clear))
        sink.write(HALVES[:32], result_of(HALVES[:32]))
    assert (tmp_path / "input").read_bytes() == HALVES.tobytes() * 2 + HALVES[:32].tobytes()
    first, second = (tmp_path / "arguments").read_text().splitlines()
    assert f"width={SIZE[0]} height={SIZE[1]}" in first
    assert f"width={SIZE[0]} height=32" in second
    assert 'node.name=(string)"my camera"' in first
    sink.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
def test_a_process_that_ends_is_reported_in_its_own_words(launcher):
    launcher('sys.stderr.write("WARNING: x\\nERROR: stream error: no PipeWire\\n"); sys.exit(1)')
    sink, deadline_s = PipeWireCameraSink(), time.monotonic() + PATIENCE_S
    with pytest.raises(DeviceError, match=r"stream error: no PipeWire\n.*apt-get install gstreamer1.0-tools"):
        while time.monotonic() < deadline_s:
            sink.write(HALVES, result_of(HALVES))
    sink.close()
    with pytest.raises(ValueError, match="is closed"):
        sink.write(HALVES, result_of(HALVES))


def test_what_is_missing_or_makes_no_sense_is_said(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="letters, digits"):
        PipeWireCameraSink('a",b')
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match=r"there is no gst-launch-1.0.*\n.*PipeWire session"):
        PipeWireCameraSink()


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A PipeWire session of its own."""
    for program in ("pipewire", "wireplumber", "pw-cli", PROGRAM):
        if shutil.which(program) is None:
            pytest.skip(f"no {program}; on Debian: apt-get install pipewire wireplumber gstreamer1.0-tools")
    if subprocess.run(["gst-inspect-1.0", "pipewiresink"], capture_output=True).returncode:
        pytest.skip("no pipewiresink; on Debian: apt-get install gstreamer1.0-pipewire")
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    daemons = []
    for program in ("pipewire", "wireplumber"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        daemons.append(
            subprocess.Popen(
                ["dbus-run-session", program]
                if shutil.which("dbus-run-session") and program == "wireplumber"
                else [program],
                **quiet,
            )
        )
        deadline_s = time.monotonic() + PATIENCE_S
        while not os.path.exists(tmp_path / "pipewire-0") and time.monotonic() < deadline_s:  # noqa: PTH110
            time.sleep(0.02)
    yield
    for daemon in reversed(daemons):
        daemon.terminate()
        daemon.wait()


def end_now(process):
    if process is not None:
        process.kill()
        process.wait()


def is_read(reader, deadline_s):
    """Whether a reader gets all of its pictures from a camera."""
    process, attempt_ends_s = None, 0.0
    try:
        with LiveSink("pipewire:arpipe") as sink:
            while time.monotonic() < deadline_s:
                sink.write(HALVES, result_of(HALVES))
                time.sleep(0.02)
                if process is not None and process.poll() == 0:
                    return True
                if process is None or process.poll() or time.monotonic() > attempt_ends_s:
                    end_now(process)  # a reader that came before the camera fails, or waits for ever
                    process = subprocess.Popen(reader, stderr=subprocess.DEVNULL)
                    attempt_ends_s = time.monotonic() + ATTEMPT_S
    except DeviceError as error:
        # GStreamer's sink may fail when a reader leaves while the two negotiate.
        assert "GStreamer-CRITICAL" in str(error)  # noqa: PT017 - any other reason is a failure
    finally:
        end_now(process)
    return False


def test_other_programs_see_the_pictures(session, tmp_path):
    shown = tmp_path / "shown.rgb"
    reader = [
        *(PROGRAM, "-q", "pipewiresrc", "target-object=arpipe", "num-buffers=3", "!", "videoconvert", "!"),
        *("video/x-raw,format=RGB", "!", "filesink", f"location={shown}"),
    ]
    deadline_s = time.monotonic() + 3 * PATIENCE_S
    assert is_read(reader, deadline_s) or is_read(reader, deadline_s)
    pictures = np.frombuffer(shown.read_bytes(), np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)
    assert len(pictures) == 3
    assert (
        np.abs(pictures[-1].astype(int) - HALVES).mean() < 8
    )  # YUV has fewer levels, and half the colour pixels
