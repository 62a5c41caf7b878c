"""Recordings and snapshots: whole whatever happens, and nothing overwritten."""

import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from arpipe.apps.stream.outlets import Recording, dated_path, free_path, save_snapshot
from arpipe.errors import OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile
from arpipe.types import FrameResult
from tests.apps.stream_fakes import frame

NOISE = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)

RECORD = """
import os, signal, sys, time
import numpy as np
from arpipe.apps.stream.outlets import Recording
from arpipe.io.encoding import VideoSinkConfig
from arpipe.types import Frame, FrameResult
from pathlib import Path
noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)
recording = Recording(Path(sys.argv[1]), VideoSinkConfig())
for index in range(120):
    pixels = np.roll(noise, 37 * index).copy()
    recording.write(pixels, FrameResult(Frame(pixels, 5000.0 + index / 30.0, index)))
"""


def times_of(path):
    with VideoFile(path) as video:
        return [shown.captured_s for shown in video]


def test_recording_keeps_uneven_times_and_begins_at_zero(tmp_path):
    path = tmp_path / "out.mp4"
    stamps = [812.0, 812.033, 812.1, 812.4]
    with Recording(path, VideoSinkConfig()) as recording:
        for index, stamp in enumerate(stamps):
            shown = frame(index, stamp)
            recording.write(shown.pixels, FrameResult(shown))
    assert times_of(path) == pytest.approx([0.0, 0.033, 0.1, 0.4], abs=1e-4)


def test_killed_recording_is_readable_up_to_its_last_second(tmp_path):
    path = tmp_path / "killed.mp4"
    program = RECORD + "os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode != 0
    assert times_of(path)[-1] >= 2.0


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_is_told_and_keeps_what_was_recorded(tmp_path):
    path = tmp_path / "full.mp4"
    program = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n" + RECORD
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
    assert "OutputError" in done.stderr
    assert "what was recorded before is kept" in done.stderr
    assert times_of(path)


def test_recording_without_a_picture_leaves_no_file(tmp_path):
    with Recording(tmp_path / "none.mp4", VideoSinkConfig()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_names_are_never_used_twice(tmp_path):
    wanted = tmp_path / "new" / "out.mp4"
    names = []
    for _ in range(3):
        path = free_path(wanted)
        path.touch()
        names.append(path.name)
    assert names == ["out.mp4", "out-2.mp4", "out-3.mp4"]
    noon = time.struct_time((2026, 1, 2, 12, 30, 5, 4, 2, 0))
    assert dated_path(tmp_path, ".png", lambda: noon).name == "arpipe-20260102-123005.png"


def test_recording_refuses_a_file_that_is_there(tmp_path):
    path = tmp_path / "mine.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="cannot be written"):
        Recording(path, VideoSinkConfig()).write(frame(0).pixels, FrameResult(frame(0)))
    assert path.read_bytes() == b"precious"


def test_snapshot_is_the_picture(tmp_path):
    path = save_snapshot(NOISE, tmp_path / "shots")
    assert (np.asarray(Image.open(path)) == NOISE).all()


def test_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another folder"):
        free_path(tmp_path / "file" / "out.mp4")
