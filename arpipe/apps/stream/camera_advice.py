"""Why a camera cannot be used, and what the user can do about it."""

import os
import sys
from pathlib import Path

from arpipe.errors import DeviceError
from arpipe.io.camera.index import camera_index, is_camera

DEVICES, PROCESSES = Path("/dev"), Path("/proc")
RETRY_NOTE = "arpipe keeps trying."


def explain(problem: str, source: str) -> str:
    """Return lines for a window without a picture: what failed, why, and that arpipe keeps trying."""
    return f"{problem}\n{advice(source)}\n{RETRY_NOTE}"


def advice(source: str, devices: Path = DEVICES, processes: Path = PROCESSES) -> str:
    """Explain in one line why a camera may have failed; returns "" if `source` is not a camera.

    Args:
        source: The configured source.
        devices: Folder in which Linux lists cameras.
        processes: Folder in which Linux lists processes.
    """
    if not is_camera(source):
        return ""
    try:
        index = camera_index(source)
    except DeviceError:  # its message says it all
        return ""
    if sys.platform != "linux":
        return "Close other programs that use the camera, and allow camera access in the system's privacy settings."
    device = devices / f"video{index}"
    if not device.exists():
        others = sorted(path.name.removeprefix("video") for path in devices.glob("video*"))
        if others:
            return f"There is no camera {index}; try: --source {others[0]}"
        return "No camera is connected. Connect one, or play a file: --source sample"
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"You have no permission to use {device}. Run: sudo usermod -aG video $USER, then log in again."
        )
    users = programs_using(device, processes)
    if users:
        return f"It is in use by {' and '.join(users)}; close it there."
    return "Another program may be using it, or its cable may be loose."


def programs_using(device: Path, processes: Path = PROCESSES) -> list[str]:
    """List the other programs that have a device open, as "name (process number)", as far as permissions allow."""
    found = []
    for process in processes.glob("[0-9]*"):
        try:
            targets = {os.readlink(link) for link in (process / "fd").iterdir()}  # noqa: PTH115 - text suffices
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # it has ended, or belongs to another user
            continue
        if str(device) in targets and process.name != str(os.getpid()):
            found.append(f"{name} (process {process.name})")
    return sorted(found)
