import errno
import struct
import sys

import pytest

from arpipe.io.camera import CameraMode

if sys.platform != "linux":
    pytest.skip("V4L2 is Linux's", allow_module_level=True)

from arpipe.io.camera.v4l2_modes import FORMATS, INTERVALS, MAX_ANSWERS, SIZES, camera_modes

MJPG, YUYV = (int.from_bytes(name, "little") for name in (b"MJPG", b"YUYV"))


class FakeDriver:
    """Answers like a driver that has these sizes and rates; ranges are dicts."""

    def __init__(self, modes):
        self.modes = modes

    def __call__(self, device, code, data):
        index, first = struct.unpack_from("=2I", data)
        try:
            if code == FORMATS.code:
                assert first == 1
                struct.pack_into("=I", data, 44, list(self.modes)[index])
            elif code == SIZES.code:
                struct.pack_into("=7I", data, 8, *padded(list(self.modes[first])[index], 6))
            elif code == INTERVALS.code:
                size = struct.unpack_from("=2I", data, 8)
                struct.pack_into(
                    "=5I", data, 16, *padded(self.modes[first].get(size, self.modes[first])[index], 4)
                )
            else:
                raise AssertionError(hex(code))
        except (IndexError, KeyError) as error:
            raise OSError(errno.EINVAL, "no more") from error
        return 0


def padded(numbers, count):
    """Kind and numbers: two are a discrete answer, more a range."""
    kind = 1 if len(numbers) == 2 else 3
    return (kind, *numbers, *[0] * (count - len(numbers)))


def test_requests_are_those_of_the_kernel():
    assert (FORMATS.code, SIZES.code, INTERVALS.code) == (0xC0405602, 0xC02C564A, 0xC034564B)


def test_every_size_of_every_format_with_its_rates(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    driver = FakeDriver(
        {MJPG: {(1280, 720): [(1, 30), (1, 60)], (640, 480): [(1001, 30000)]}, YUYV: {(640, 480): []}}
    )
    assert camera_modes(device, driver) == [
        CameraMode("MJPG", 1280, 720, (60.0, 30.0)),
        CameraMode("MJPG", 640, 480, (29.97,)),
        CameraMode("YUYV", 640, 480, ()),
    ]


def test_ranges_are_told_by_their_ends(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    sizes = (32, 1920, 2, 32, 1080, 2)
    driver = FakeDriver({YUYV: {sizes: [], (1920, 1080): [(1, 60, 1, 5)], (32, 32): [(1, 60, 1, 5)]}})
    assert camera_modes(device, driver) == [
        CameraMode("YUYV", 1920, 1080, (60.0, 5.0)),
        CameraMode("YUYV", 32, 32, (60.0, 5.0)),
    ]


def test_what_is_no_camera_has_no_modes(tmp_path):
    assert camera_modes(tmp_path / "video7") == []
    plain = tmp_path / "video8"
    plain.touch()
    assert camera_modes(plain) == []  # the real request, which a file refuses


def test_a_driver_without_end_is_left(tmp_path):
    device = tmp_path / "video0"
    device.touch()

    def endless(handle, code, data):
        if code == SIZES.code:
            raise OSError(errno.EINVAL, "none")
        return 0

    assert camera_modes(device, endless) == []
    assert MAX_ANSWERS == 256
