"""Capture: frames in real time, through failures of the device."""

import gc
import threading
import weakref
from itertools import pairwise

import pytest

from arpipe.apps.stream.capture import Capture, opener
from arpipe.config import LiveConfig
from arpipe.errors import DeviceError, MediaError
from tests.apps.stream_fakes import FakeCamera, FakeFile, openings, some
from tests.patience import PATIENCE_S


class FakeTime:
    """A clock that moves only when `Capture` waits."""

    def __init__(self):
        self.now_s = 100.0
        self.waits = []

    def __call__(self):
        return self.now_s

    def wait(self, seconds=None):
        self.waits.append(seconds)
        self.now_s += seconds


def paced(source, monkeypatch, work_s=0.0, **more):
    """A capture of a file under a fake clock, and its frames, each of which the reader works on for a while."""
    clock = FakeTime()
    capture = Capture(lambda: source, clock=clock, **more)
    monkeypatch.setattr(capture._stopped, "wait", clock.wait)
    frames = []
    for frame in capture:
        frames.append(frame)
        clock.now_s += work_s
    return frames, clock


def test_file_plays_at_its_own_pace(monkeypatch):
    frames, _ = paced(FakeFile(10), monkeypatch)
    assert [later.captured_s - earlier.captured_s for earlier, later in pairwise(frames)] == pytest.approx(
        [1 / 30] * 9
    )


def test_file_keeps_its_pace_while_the_reader_takes_its_time(monkeypatch):
    frames, clock = paced(FakeFile(31), monkeypatch, work_s=0.02)
    assert frames[-1].captured_s - frames[0].captured_s == pytest.approx(1.0)
    assert all(wait < 0.02 for wait in clock.waits)


def test_file_that_fell_behind_goes_on_from_where_it_is(monkeypatch):
    frames, _ = paced(FakeFile(20), monkeypatch, work_s=0.1)
    stamps = [frame.captured_s for frame in frames]
    assert stamps == sorted(stamps)
    assert stamps[-1] - stamps[0] > 1.5


def test_looped_file_begins_again_with_rising_indices_and_times():
    capture = Capture(openings(FakeFile(2), FakeFile(2), FakeFile(2)), loop=True)
    frames = some(capture, 5)
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert all(later.captured_s > earlier.captured_s for earlier, later in pairwise(frames))


def test_unplugged_camera_is_opened_again_and_indices_go_on():
    busy = DeviceError("camera 0 cannot be opened")
    capture = Capture(openings(busy, FakeCamera(2, "fail"), busy, FakeCamera(3)), retry_s=0.0)
    states = []
    frames = []
    for frame in capture:
        frames.append(frame.index)
        states.append((capture.state, capture.problem))
        if len(frames) == 5:
            break
    assert frames == [0, 1, 2, 3, 4]
    assert {state for state, _ in states} == {"playing"}
    assert states[0][1] == "camera 0 cannot be opened"


def test_failure_is_told_while_it_lasts():
    seen = []

    def open_():
        seen.append(capture.state)
        if len(seen) == 3:
            capture.close()
        raise DeviceError("camera 0 is gone")

    capture = Capture(open_, retry_s=0.0)
    assert list(capture) == []
    assert seen == ["opening", "failed", "failed"]
    assert capture.problem == "camera 0 is gone"


def test_damaged_file_is_no_failure_of_a_device():
    capture = Capture(openings(MediaError("clip.mp4: is not a video")))
    with pytest.raises(MediaError):
        next(iter(capture))


def test_close_wakes_a_capture_that_waits_for_a_camera():
    camera = FakeCamera(1)
    capture = Capture(lambda: camera)
    first, done = threading.Event(), threading.Event()

    def read():
        for _ in capture:
            first.set()
        done.set()

    threading.Thread(target=read, daemon=True).start()
    assert first.wait(PATIENCE_S)
    capture.close()
    capture.close()
    assert done.wait(PATIENCE_S)
    assert camera.closed.is_set()


def test_paused_camera_lets_frames_go_by():
    capture = Capture(openings(FakeCamera(5, "end")))
    got = []
    for frame in capture:
        got.append(frame.pixels[0, 0, 0])
        capture.paused = frame.index >= 1
    assert got == [0, 1]


def test_opener_knows_cameras_samples_and_files(tmp_path):
    with opener(LiveConfig(source="sample", loop=True))() as sample:
        assert (sample.info.name, sample.info.frame_count) == ("sample", None)
    with pytest.raises(MediaError):
        opener(LiveConfig(source=str(tmp_path / "none.mp4")))()


def test_a_file_played_again_leaves_nothing_behind():
    """PyAV's pictures and their side data hold each other, so only the garbage collector frees them."""

    class Knot(FakeFile):
        def __init__(self):
            super().__init__(2)
            self.itself = self

    alive = []

    def open_():
        source = Knot()
        alive.append(weakref.ref(source))
        return source

    gc.disable()
    try:
        some(Capture(open_, loop=True), 7)
        assert [source() is not None for source in alive] == [False, False, False, True]
    finally:
        gc.enable()


def test_what_a_source_knows_of_its_camera_is_kept():
    with opener(LiveConfig(source="sample", loop=True))() as sample:
        capture = Capture(lambda: sample)
        (frame,) = some(capture, 1)
        assert frame.camera is sample.info.camera
