"""Which cameras there are."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from arpipe.io.camera import BACKENDS, Capture


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that answers.

    Attributes:
        index: What `Camera` takes.
        name: As the system calls it, or "".
        width, height: Of its frames as it opens, px.
        fps: As it opens, Hz; 0.0 when it does not say.
    """

    index: int
    name: str
    width: int
    height: int
    fps: float


def list_cameras(
    open_capture: Callable[[int, int], Capture] = cv2.VideoCapture, limit: int = 8
) -> list[CameraInfo]:
    """Cameras that can be opened, by index."""
    cameras = []
    for index in _candidates(limit):
        capture = open_capture(index, BACKENDS.get(sys.platform, cv2.CAP_ANY))
        try:
            if capture.isOpened() and capture.grab():
                width = round(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
                height = round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
                fps = capture.get(cv2.CAP_PROP_FPS)
                cameras.append(CameraInfo(index, _system_name(index), width, height, fps))
        finally:
            capture.release()
    return cameras


def _candidates(limit: int) -> list[int]:
    """Indices worth opening: on Linux those that exist, since OpenCV complains loudly about the others."""
    if sys.platform != "linux":
        return list(range(limit))
    numbers = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in numbers if number.isdecimal())


def _system_name(index: int) -> str:
    try:
        return Path(f"/sys/class/video4linux/video{index}/name").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
