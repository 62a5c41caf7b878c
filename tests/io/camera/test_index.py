"""Names of cameras, on a made-up system."""

import sys

import pytest

from arpipe.errors import DeviceError
from arpipe.io.camera.index import CameraFolders, camera_index, is_camera


@pytest.fixture
def folders(tmp_path):
    """Two cameras with two devices each, as UVC cameras have: pictures, and data about them."""
    made = CameraFolders(tmp_path / "v4l", tmp_path / "names")
    (made.links / "by-id").mkdir(parents=True)
    for number, name in {
        0: "Integrated Camera",
        1: "Integrated Camera",
        4: "HD Pro C920",
        5: "HD Pro C920",
    }.items():
        (made.names / f"video{number}").mkdir(parents=True)
        (made.names / f"video{number}" / "name").write_text(f"{name}\n")
        (tmp_path / f"video{number}").touch()
    (made.links / "by-id" / "usb-C920-index0").symlink_to("../../video4")
    return made


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("0", 0),
        ("12", 12),
        ("camera:3", 3),
        ("/dev/video2", 2),
        ("camera:/dev/video2", 2),
    ],
)
def test_numbers_and_devices_are_cameras(text, index):
    assert camera_index(text) == index
    assert is_camera(text)


@pytest.mark.parametrize("text", ["clip.mp4", "sample", "-"])
def test_files_are_no_cameras(text):
    assert not is_camera(text)


def test_lasting_links_lead_to_the_number_that_the_camera_has_now(folders):
    text = "/dev/v4l/by-id/usb-C920-index0"
    assert camera_index(text, folders) == camera_index(f"camera:{text}", folders) == 4
    link = folders.links / "by-id" / "usb-C920-index0"
    link.unlink()
    with pytest.raises(DeviceError, match=r"usb-C920-index0 is not connected.*arpipe devices"):
        camera_index(text, folders)
    link.symlink_to("../../video1")
    assert camera_index(text, folders) == 1
    assert is_camera(text)


@pytest.mark.skipif(sys.platform != "linux", reason="cameras have names on Linux only")
def test_cameras_are_found_by_a_part_of_their_names(folders):
    assert camera_index("camera:c920", folders) == 4
    assert camera_index("camera:Integrated", folders) == 0
    (folders.names / "video0" / "name").unlink()  # as if it was unplugged while names were read
    (folders.names / "video0" / "name").mkdir()
    assert camera_index("camera:Integrated", folders) == 1
    with pytest.raises(DeviceError, match=r"no camera called C921.*arpipe devices"):
        camera_index("camera:C921", folders)
    with pytest.raises(DeviceError, match="no camera called"):
        camera_index("camera:", folders)


def test_numbers_beyond_any_camera_are_refused():
    with pytest.raises(DeviceError, match="no camera with this number"):
        camera_index("99999")
