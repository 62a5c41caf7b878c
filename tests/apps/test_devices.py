import json

from rich.console import Console

from arpipe.apps.devices import NO_CAMERA, UNKNOWN_MODES, devices_json, show_devices
from arpipe.io.camera import CameraMode
from arpipe.io.camera.devices import CameraInfo

MODES = (CameraMode("MJPG", 1280, 720, (60.0, 30.0)), CameraMode("YUYV", 640, 480, ()))
CAMERAS = [CameraInfo(0, "Front [left]", 1280, 720, 30.0, MODES), CameraInfo(2, "", 640, 480, 0.0, ())]


def test_cameras_are_listed_with_what_source_takes():
    console = Console(width=100, record=True)
    show_devices(lambda: CAMERAS, console)
    rows = [line.replace("│", "").split() for line in console.export_text().splitlines()]
    assert ["0", "Front", "[left]", "as", "it", "opens", "1280×720", "30"] in rows
    assert ["MJPG", "1280×720", "60", "30"] in rows
    assert ["YUYV", "640×480", "–"] in rows
    assert ["2", "–", "as", "it", "opens", "640×480", "–"] in rows
    assert UNKNOWN_MODES not in console.export_text()


def test_where_modes_are_not_known_that_is_said():
    console = Console(width=200, record=True)
    show_devices(lambda: [CameraInfo(0, "Front", 1280, 720, 30.0)], console)
    assert UNKNOWN_MODES in console.export_text()


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
        "modes": [],
    }
