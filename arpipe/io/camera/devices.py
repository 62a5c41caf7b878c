"""Lists the connected cameras."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from arpipe.io.camera.camera import BACKENDS, CameraMode, CaptureDevice


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that delivers frames.

    Attributes:
        index: Index for `Camera`.
        name: Name given by the system, or "".
        width, height: Default frame size, px.
        fps: Default frame rate, Hz; 0.0 if unknown.
        modes: Supported modes; None if the system does not report them.
    """

    index: int
    name: str
    width: int
    height: int
    fps: float
    modes: tuple[CameraMode, ...] | None = None


def list_cameras(
    open_capture: Callable[[int, int], CaptureDevice] = cv2.VideoCapture,
    limit: int = 8,
    find_modes: Callable[[int], Sequence[CameraMode] | None] | None = None,
) -> list[CameraInfo]:
    """List the cameras that can be opened, by index.

    Args:
        open_capture: Opens a device, as for `Camera`.
        limit: Number of indices to try if the system does not list its cameras.
        find_modes: Returns the modes of an index; None queries the system.
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
    """List indices to try: on Linux the existing ones, since OpenCV logs errors about the others."""
    if sys.platform != "linux":
        return list(range(limit))
    numbers = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in numbers if number.isdecimal())


def _system_modes(index: int) -> Sequence[CameraMode] | None:
    """Query the modes of a camera; None except on Linux, as OpenCV does not report them."""
    if sys.platform != "linux":
        return None
    from arpipe.io.camera.v4l2_modes import camera_modes

    return camera_modes(Path(f"/dev/video{index}"))


def _system_name(index: int) -> str:
    try:
        return Path(f"/sys/class/video4linux/video{index}/name").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
