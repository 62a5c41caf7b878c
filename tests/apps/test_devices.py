import json

from rich.console import Console

from arpipe.apps.devices import NO_CAMERA, devices_json, show_devices
from arpipe.io.camera_list import CameraInfo

CAMERAS = [CameraInfo(0, "Front [left]", 1280, 720, 30.0), CameraInfo(2, "", 640, 480, 0.0)]


def test_cameras_are_listed_with_what_source_takes():
    console = Console(width=100, record=True)
    show_devices(lambda: CAMERAS, console)
    rows = [line.replace("│", "").split() for line in console.export_text().splitlines()]
    assert ["0", "Front", "[left]", "1280×720", "30"] in rows
    assert ["2", "–", "640×480", "–"] in rows


def test_no_camera_is_said():
    console = Console(width=100, record=True)
    show_devices(list, console)
    assert console.export_text().strip() == NO_CAMERA


def test_json_has_every_fact():
    assert json.loads(devices_json(lambda: CAMERAS))[1] == {
        "index": 2,
        "name": "",
        "width": 640,
        "height": 480,
        "fps": 0.0,
    }
