import json

from rich.console import Console

from arpipe.apps.devices import NO_CAMERA, UNKNOWN_MODES, devices_json, show_devices
from arpipe.errors import MissingExtra
from arpipe.io.audio.microphone import MicrophoneInfo
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
    show_devices(list, console, list)
    assert console.export_text().split("\n")[:2] == [NO_CAMERA, "no microphone found"]


def test_microphones_are_listed_or_the_missing_extra_is_named():
    console = Console(width=100, record=True)
    found = [
        MicrophoneInfo("Headset [blue]", 1, is_default=True),
        MicrophoneInfo("Line", 2, is_default=False),
    ]
    show_devices(list, console, lambda: found)
    text = console.export_text()
    assert "Headset [blue]" in text
    assert text.count("the system's choice") == 1

    def missing():
        raise MissingExtra('sound needs sounddevice: pip install "arpipe[audio]"')

    show_devices(list, console, missing)
    assert 'pip install "arpipe[audio]"' in console.export_text()


def test_json_has_every_fact():
    assert json.loads(devices_json(lambda: CAMERAS))[1] == {
        "index": 2,
        "name": "",
        "width": 640,
        "height": 480,
        "fps": 0.0,
        "modes": [],
    }
