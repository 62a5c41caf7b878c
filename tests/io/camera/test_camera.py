import threading
from collections import deque

import cv2
import numpy as np
import pytest

from arpipe.errors import CameraStalled, DeviceError
from arpipe.io.camera.camera import BACKENDS, FAILED_READS, Camera, CameraDeviceConfig
from arpipe.io.camera.devices import list_cameras
from arpipe.io.source import Source
from tests.patience import PATIENCE_S

QUICK = CameraDeviceConfig(open_timeout_s=PATIENCE_S, stall_timeout_s=PATIENCE_S)
SLOW_TO_OPEN = CameraDeviceConfig(open_timeout_s=0.05)
STALLING = CameraDeviceConfig(open_timeout_s=PATIENCE_S, stall_timeout_s=0.05)


class FakeCapture:
    """A device that delivers when told: each call of `deliver` lets one `grab` through."""

    def __init__(self, opened=True):
        self.opened = opened
        self.settings = []
        self.released = threading.Event()
        self._ready = threading.Semaphore(0)
        self._outcomes = deque()
        self._current = None
        self.device_ms = 0.0

    def deliver(self, *outcomes):
        """Shades of grey to show, None for a failed read, or an exception to raise."""
        for outcome in outcomes:
            self._outcomes.append(outcome)
            self._ready.release()

    def isOpened(self):  # noqa: N802
        return self.opened

    def set(self, prop, value):
        self.settings.append((prop, value))
        return True

    def get(self, prop):
        known = {
            cv2.CAP_PROP_FPS: 30.0,
            cv2.CAP_PROP_FRAME_WIDTH: 8,
            cv2.CAP_PROP_FRAME_HEIGHT: 6,
            cv2.CAP_PROP_POS_MSEC: self.device_ms,
        }
        return known.get(prop, 0.0)

    def grab(self):
        if not self._ready.acquire(timeout=0.01):
            return self.released.is_set()
        self._current = self._outcomes.popleft()
        if isinstance(self._current, Exception):
            raise self._current
        return self._current is not None

    def retrieve(self):
        return True, np.full((6, 8, 3), (self._current, 0, 0), dtype=np.uint8)

    def release(self):
        self.released.set()


class StubbornCapture(FakeCapture):
    """One that waits in `grab` for as long as nothing is delivered, as drivers do."""

    def grab(self):
        while not self._ready.acquire(timeout=0.01):
            if self.released.is_set() or self.stopped.is_set():
                return False
        self._current = self._outcomes.popleft()
        if isinstance(self._current, Exception):
            raise self._current
        return self._current is not None

    stopped = threading.Event()


@pytest.fixture
def capture():
    StubbornCapture.stopped.clear()
    made = StubbornCapture()
    yield made
    StubbornCapture.stopped.set()


def open_camera(capture, config=QUICK, clock=None):
    capture.deliver(1)
    return Camera(3, config, lambda index, backend: capture, **({"clock": clock} if clock else {}))


def wait_for_index(camera, index):
    with camera._changed:
        assert camera._changed.wait_for(lambda: camera._latest.index >= index, PATIENCE_S)


def close(camera, capture):
    capture.stopped.set()
    camera.close()


def test_mjpg_is_asked_for_first_and_the_buffer_is_one(capture):
    camera = open_camera(capture)
    properties = [prop for prop, _ in capture.settings]
    assert properties[0] == cv2.CAP_PROP_FOURCC
    assert capture.settings[0][1] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (cv2.CAP_PROP_BUFFERSIZE, 1) in capture.settings
    close(camera, capture)


def test_frames_are_rgb_and_say_their_real_size(capture):
    camera = open_camera(capture)
    assert isinstance(camera, Source)
    assert (camera.info.width, camera.info.height, camera.info.fps, camera.info.live) == (8, 6, 30.0, True)
    assert camera.read_new().pixels[0, 0].tolist() == [0, 0, 1]  # blue of the device's BGR
    close(camera, capture)


def test_overwritten_frames_are_counted_and_the_newest_is_given(capture):
    camera = open_camera(capture)
    assert camera.read_new().index == 0
    capture.deliver(2, 3, 4)
    wait_for_index(camera, 3)
    frame = camera.read_new()
    assert (frame.index, frame.pixels[0, 0, 2]) == (3, 4)
    assert camera.dropped == 2
    close(camera, capture)


def test_read_next_waits_for_a_frame_that_comes_after_the_call(capture, monkeypatch):
    camera = open_camera(capture)
    waiting = threading.Event()
    wait_for = camera._changed.wait_for

    def watched(*arguments):
        waiting.set()  # the call knows by now which frames are old, and holds the lock until it waits
        return wait_for(*arguments)

    monkeypatch.setattr(camera._changed, "wait_for", watched)
    seen = []
    reader = threading.Thread(target=lambda: seen.append(camera.read_next()))
    reader.start()
    assert waiting.wait(PATIENCE_S)
    capture.deliver(7)
    reader.join(PATIENCE_S)
    assert [(frame.index, frame.pixels[0, 0, 2]) for frame in seen] == [(1, 7)]  # frame 0 was never given
    close(camera, capture)


def test_read_latest_gives_a_known_frame_again_unless_it_is_old(capture):
    now = [10.0]
    camera = open_camera(capture, clock=lambda: now[0])
    assert camera.read_new() is camera.read_latest(1.0)
    now[0] = 11.5
    with pytest.raises(CameraStalled, match=r"delivered no frame for 1\.5 s"):
        camera.read_latest(1.0)
    close(camera, capture)


def test_time_of_the_device_is_used_when_it_is_on_the_same_clock(capture):
    capture.device_ms = 99_970.0
    camera = open_camera(capture, clock=lambda: 100.0)
    assert camera.read_new().captured_s == pytest.approx(99.97)
    capture.device_ms = 5.0  # counts from the start of the stream
    capture.deliver(2)
    wait_for_index(camera, 1)
    assert camera.read_new().captured_s == 100.0
    close(camera, capture)


def test_camera_that_cannot_be_opened_says_so_and_is_released():
    capture = FakeCapture(opened=False)
    with pytest.raises(DeviceError, match="camera 3 cannot be opened.*arpipe devices"):
        Camera(3, QUICK, lambda index, backend: capture)
    assert capture.released.is_set()


def test_camera_that_never_gives_a_frame_stalls_and_is_released():
    capture = FakeCapture()
    with pytest.raises(CameraStalled, match=r"camera 3 delivered no frame.*is another program using it"):
        Camera(3, SLOW_TO_OPEN, lambda index, backend: capture)
    assert capture.released.wait(PATIENCE_S)


def test_camera_that_stops_stalls(capture):
    camera = open_camera(capture, STALLING)
    camera.read_new()
    with pytest.raises(CameraStalled):
        camera.read_new()
    close(camera, capture)


def test_unplugged_camera_ends_the_next_read(capture, monkeypatch):
    monkeypatch.setattr("arpipe.io.camera.camera.RETRY_S", 0.0)
    camera = open_camera(capture)
    camera.read_new()
    capture.deliver(*[None] * FAILED_READS)
    with pytest.raises(DeviceError, match="was it unplugged"):
        camera.read_new()
    assert camera.decode_errors == FAILED_READS
    assert capture.released.wait(PATIENCE_S)
    camera.close()


def test_error_of_the_reader_is_raised_by_the_next_read(capture):
    camera = open_camera(capture)
    camera.read_new()
    capture.deliver(RuntimeError("driver gone"))
    with pytest.raises(DeviceError, match="driver gone"):
        camera.read_new()
    camera.close()


def test_one_failed_read_is_survived(capture):
    camera = open_camera(capture)
    camera.read_new()
    capture.deliver(None, 5)
    assert camera.read_new().pixels[0, 0, 2] == 5
    close(camera, capture)


def test_close_may_be_called_twice_and_later_reads_say_so(capture):
    camera = open_camera(capture)
    close(camera, capture)
    camera.close()
    assert capture.released.is_set()
    with pytest.raises(ValueError, match="Camera 3 is closed"):
        camera.read_new()
    assert list(camera) == []


def test_no_thread_stays_behind():
    before = threading.active_count()
    for _ in range(5):
        capture = FakeCapture()
        camera = open_camera(capture)
        camera.close()
    assert threading.active_count() <= before


def test_list_cameras_leaves_out_what_does_not_answer(monkeypatch):
    monkeypatch.setattr("arpipe.io.camera.devices._candidates", lambda limit: [0, 1, 2])
    captures = {0: FakeCapture(), 1: FakeCapture(opened=False), 2: FakeCapture()}
    captures[0].deliver(1)
    cameras = list_cameras(lambda index, backend: captures[index])
    assert [(camera.index, camera.width, camera.height, camera.fps) for camera in cameras] == [
        (0, 8, 6, 30.0)
    ]
    assert all(capture.released.is_set() for capture in captures.values())


def test_every_platform_has_its_backend():
    assert set(BACKENDS) == {"linux", "win32", "darwin"}
