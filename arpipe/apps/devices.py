"""`arpipe devices`: the cameras that answer."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.io.camera_list import CameraInfo, list_cameras

NO_CAMERA = "no camera answers; is one plugged in, free, and may you use it (group video on Linux)?"


def show_devices(
    find: Callable[[], Sequence[CameraInfo]] = list_cameras, console: Console | None = None
) -> None:
    """Print the cameras with what `--source` takes for each."""
    console = console or Console()
    cameras = find()
    if not cameras:
        console.print(NO_CAMERA)
        return
    table = Table(title="cameras", title_justify="left")
    for column in ("--source", "name", "size", "FPS"):
        table.add_column(column)
    for camera in cameras:
        rate = f"{camera.fps:.0f}" if camera.fps > 0 else "–"
        table.add_row(str(camera.index), escape(camera.name) or "–", f"{camera.width}×{camera.height}", rate)
    console.print(table)


def devices_json(find: Callable[[], Sequence[CameraInfo]] = list_cameras) -> str:
    """The cameras as a JSON list."""
    return json.dumps([asdict(camera) for camera in find()], indent=2)
