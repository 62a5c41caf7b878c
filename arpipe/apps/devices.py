"""`arpipe devices`: list the available cameras and microphones."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.audio.microphone import MicrophoneInfo, list_microphones
from arpipe.io.camera.devices import CameraInfo, list_cameras

NO_CAMERA = "no camera found; is one connected, not in use, and accessible (group video on Linux)?"

UNKNOWN_MODES = (
    "This system does not report other sizes and rates; request them under [live.device] in a configuration."
)


def show_devices(
    find: Callable[[], Sequence[CameraInfo]] = list_cameras,
    console: Console | None = None,
    find_microphones: Callable[[], Sequence[MicrophoneInfo]] = list_microphones,
) -> None:
    """Print the cameras with their values of `--source`, and the microphones with those of `--microphone`."""
    console = console or Console()
    _show_cameras(find(), console)
    try:
        microphones = find_microphones()
    except (MissingExtra, DeviceError) as error:
        console.print(f"microphones: {error}", markup=False, highlight=False)
        return
    console.print(_microphone_table(microphones) if microphones else "no microphone found")


def _show_cameras(cameras: Sequence[CameraInfo], console: Console) -> None:
    if not cameras:
        console.print(NO_CAMERA)
        return
    console.print(_table(cameras))
    if any(camera.modes is None for camera in cameras):
        console.print(UNKNOWN_MODES, markup=False)


def _table(cameras: Sequence[CameraInfo]) -> Table:
    table = Table(title="cameras", title_justify="left")
    for column in ("--source", "name", "format", "size", "FPS"):
        table.add_column(column)
    for camera in cameras:
        rate = f"{camera.fps:.0f}" if camera.fps > 0 else "–"
        name, size = escape(camera.name) or "–", f"{camera.width}×{camera.height}"
        table.add_row(str(camera.index), name, "as it opens", size, rate)
        for mode in camera.modes or ():
            rates = " ".join(f"{rate:g}" for rate in mode.rates_hz) or "–"
            table.add_row("", "", escape(mode.format), f"{mode.width}×{mode.height}", rates, style="dim")
        table.add_section()
    return table


def _microphone_table(microphones: Sequence[MicrophoneInfo]) -> Table:
    table = Table(title="microphones", title_justify="left")
    for column in ("--microphone", "channels", ""):
        table.add_column(column)
    for each in microphones:
        table.add_row(escape(each.name), str(each.channels), "the system's choice" if each.is_default else "")
    return table


def devices_json(find: Callable[[], Sequence[CameraInfo]] = list_cameras) -> str:
    """Return the cameras as a JSON list."""
    return json.dumps([asdict(camera) for camera in find()], indent=2)
