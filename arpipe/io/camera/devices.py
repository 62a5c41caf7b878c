"""Which cameras there are."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from arpipe.io.camera.camera import BACKENDS, CameraMode, Capture


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that answers.

    Attributes:
        index: What `Camera` takes.
        name: As the system calls it, or "".
        width, height: Of its frames as it opens, px.
        fps: As it opens, Hz; 0.0 when it does not say.
        modes: What it can deliver; None where the system does not tell.
    """

    index: int
    name: str
    width: int
    height: int
    fps: float
    modes: tuple[CameraMode, ...] | None = None


def list_cameras(
    open_capture: Callable[[int, int], Capture] = cv2.VideoCapture,
    limit: int = 8,
    find_modes: Callable[[int], Sequence[CameraMode] | None] | None = None,
) -> list[CameraInfo]:
    """Cameras that can be opened, by index.

    Args:
        open_capture: Opens a device, as `Camera` does.
        limit: Indices tried where the system does not say which there are.
        find_modes: Gives the modes of an index; None asks the system.
    """
    modes_of = find_modes or _system_modes
    cameras = []
    for index in _candidates(limit):
        capture = open_capture(index, BACKENDS.get(sys.platform, cv2.CAP_ANY))
        try:
            if capture.isOpened() and capture.grab():
                width = round(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
                height = round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
                fps = capture.get(cv2.CAP_PROP_FPS)
                modes = modes_of(index)
                found = None if modes is None else tuple(modes)
                cameras.append(CameraInfo(index, _system_name(index), width, height, fps, found))
        finally:
            capture.release()
    return cameras


def _candidates(limit: int) -> list[int]:
    """Indices worth opening: on Linux those that exist, since OpenCV complains loudly about the others."""
    if sys.platform != "linux":
        return list(range(limit))
    numbers = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in numbers if number.isdecimal())


def _system_modes(index: int) -> Sequence[CameraMode] | None:
    """None but on Linux: elsewhere OpenCV, which opens cameras here, does not say what they can deliver."""
    if sys.platform != "linux":
        return None
    from arpipe.io.camera.v4l2_modes import camera_modes

    return camera_modes(Path(f"/dev/video{index}"))


def _system_name(index: int) -> str:
    try:
        return Path(f"/sys/class/video4linux/video{index}/name").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
