"""How users name cameras: by number, by device, by a lasting link of Linux, or by the camera's own name."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import DeviceError
from arpipe.io.files import shown
from arpipe.spelling import nearest

MOST_DIGITS = 4
ADVICE = "to list them: arpipe devices"
_PREFIX, _DEVICE, _LINKS = "camera:", "/dev/video", "/dev/v4l/"


@dataclass(frozen=True, slots=True)
class CameraFolders:
    """Where Linux lists cameras.

    Attributes:
        links: Lasting links to devices, in the folders by-id and by-path.
        names: A folder for each device, with its name.
    """

    links: Path = Path(_LINKS)
    names: Path = Path("/sys/class/video4linux")


def is_camera(text: str) -> bool:
    """Whether a spec names a camera, connected or not: "0", "/dev/video0", "/dev/v4l/by-id/…" or "camera:NAME"."""
    return text.startswith((_PREFIX, _LINKS)) or text.removeprefix(_DEVICE).isdecimal()


def camera_index(text: str, folders: CameraFolders | None = None) -> int:
    """Return the number that a camera has now.

    Args:
        text: As for `is_camera`, where "camera:" may be omitted; a name may be a part of the camera's.
        folders: Where to look for links and names; None for those of this system.

    Raises:
        DeviceError: No such camera is connected, or the number is larger than any camera's.
    """
    folders = folders or CameraFolders()
    name = text.removeprefix(_PREFIX)
    if name.startswith(_LINKS):
        return _linked(name, folders.links)
    number = name.removeprefix(_DEVICE)
    if not number.isdecimal():
        return _named(name, folders.names)
    if len(number) > MOST_DIGITS:
        raise DeviceError(f"camera {shown(number)}: there is no camera with this number; {ADVICE}")
    return int(number)


def connected_index(text: str) -> int:
    """Return the number that a camera has now, and make sure that it is connected where that can be seen.

    OpenCV prints a warning of its own at each attempt to open a camera that is missing.

    Raises:
        DeviceError: As for `camera_index`, or nothing is connected under the number.
    """
    index = camera_index(text)
    if sys.platform == "linux" and not Path(f"{_DEVICE}{index}").exists():
        raise DeviceError(f"camera {index} is not connected; {ADVICE}")
    return index


def _linked(text: str, links: Path) -> int:
    device = (links / text.removeprefix(_LINKS)).resolve().name.removeprefix("video")
    if not device.isdecimal():
        raise DeviceError(f"camera {shown(text)} is not connected; {ADVICE}")
    return int(device)


def _named(wanted: str, names: Path) -> int:
    """Return the first device of a camera; further ones with its name deliver data other than pictures."""
    if sys.platform != "linux":
        raise DeviceError(f"camera {shown(wanted)}: cameras are found by their names on Linux only; {ADVICE}")
    known = _known(names)
    found = [number for number in sorted(known) if wanted and wanted.lower() in known[number].lower()]
    if not found:
        hint = nearest(wanted, list(known.values())) if known else ""
        raise DeviceError(f"no camera called {shown(wanted)} is connected{hint}; {ADVICE}")
    return found[0]


def _known(names: Path) -> dict[int, str]:
    """Return the name of each connected device by its number."""
    known = {}
    for path in names.glob("video*/name"):
        with suppress(OSError):  # it was unplugged meanwhile
            known[int(path.parent.name.removeprefix("video"))] = path.read_text("utf-8", "replace").strip()
    return known
