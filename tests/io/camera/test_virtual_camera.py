"""The virtual camera's contract, on a fake device."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.camera.virtual_camera import VirtualCameraSink
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.types import Frame, FrameResult


class FakeDevice:
    def __init__(self, width, height, fps):
        self.size, self.fps, self.device = (width, height), fps, "/dev/video9"
        self.shown, self.closed = [], 0

    def send(self, frame):
        self.shown.append(frame.copy())

    def close(self):
        self.closed += 1


@pytest.fixture
def devices():
    return []


@pytest.fixture
def sink(devices):
    def open_device(width, height, fps):
        devices.append(FakeDevice(width, height, fps))
        return devices[-1]

    with VirtualCameraSink(open_device) as made:
        yield made


def write(sink, width, height, level=7):
    pixels = np.full((height, width, 3), level, np.uint8)
    sink.write(pixels, FrameResult(Frame(pixels, 0.0, 0)))


def test_a_target_is_the_name_of_the_device(monkeypatch):
    opened = []

    class Library:
        PixelFormat = SimpleNamespace(RGB="rgb")

        def Camera(width, height, fps, **options):  # noqa: N802, N805 - pyvirtualcam's own names
            opened.append(options)
            return FakeDevice(width, height, fps)

    monkeypatch.setitem(sys.modules, "pyvirtualcam", Library)
    for target in ("", "/dev/video4"):
        with VirtualCameraSink.open(target, SourceInfo("", 64, 48, 30.0, None), VideoSinkConfig()) as sink:
            write(sink, 64, 48)
    assert opened == [{"fmt": "rgb"}, {"fmt": "rgb", "device": "/dev/video4"}]


def test_pictures_arrive_as_they_are(sink, devices):
    assert isinstance(sink, Sink)
    assert sink.name == ""
    write(sink, 64, 48, 3)
    write(sink, 64, 48, 4)
    (device,) = devices
    assert device.size == (64, 48)
    assert [picture[0, 0, 0] for picture in device.shown] == [3, 4]
    assert sink.name == "/dev/video9"


def test_another_size_opens_the_device_anew(sink, devices):
    write(sink, 64, 48)
    write(sink, 32, 24)
    assert [device.size for device in devices] == [(64, 48), (32, 24)]
    assert devices[0].closed == 1


def test_closing_frees_the_device_once(sink, devices):
    write(sink, 64, 48)
    sink.close()
    sink.abort()
    assert devices[0].closed == 1
    with pytest.raises(ValueError, match="is closed"):
        write(sink, 64, 48)


def test_missing_device_is_told_in_its_own_words_with_the_mending_command():
    def open_device(width, height, fps):
        raise RuntimeError("No v4l2 loopback device found at /dev/video[0-99].")

    with VirtualCameraSink(open_device) as sink, pytest.raises(DeviceError) as told:
        write(sink, 64, 48)
    assert "No v4l2 loopback device found" in str(told.value)
    assert "modprobe v4l2loopback" in str(told.value)


def test_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(MissingExtra, match="arpipe\\[virtualcam\\]"):
        VirtualCameraSink()
