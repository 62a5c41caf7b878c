"""Advice for cameras that fail, from a made-up system."""

import sys

import pytest

from arpipe.apps.stream.camera_advice import advice, programs_using

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no way to find out elsewhere")


@pytest.fixture
def system(tmp_path):
    devices, processes = tmp_path / "dev", tmp_path / "proc"
    devices.mkdir()
    (processes / "4711" / "fd").mkdir(parents=True)
    (processes / "4711" / "comm").write_text("zoom\n")
    return devices, processes


def test_no_camera_at_all(system):
    assert "No camera is connected" in advice("0", *system)


def test_another_camera_is_named(system):
    (system[0] / "video2").touch()
    assert "try: --source 2" in advice("0", *system)


def test_program_that_uses_the_camera_is_named(system):
    devices, processes = system
    device = devices / "video0"
    device.touch()
    assert "cable" in advice("0", *system)
    (processes / "4711" / "fd" / "9").symlink_to(device)
    assert programs_using(device, processes) == ["zoom (process 4711)"]
    assert advice("camera:0", *system) == "It is in use by zoom (process 4711); close it there."


def test_refused_camera_names_the_group(system, monkeypatch):
    (system[0] / "video0").touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "usermod -aG video" in advice("0", *system)


def test_files_need_no_advice(system):
    assert advice("clip.mp4", *system) == ""
