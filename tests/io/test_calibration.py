"""The camera file."""

import json
from pathlib import Path

import pytest

from arpipe.errors import ConfigError, OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.calibration import intrinsics_table, load_intrinsics, save_intrinsics

CAMERA = CameraIntrinsics(533.0, 530.0, 342.0, 234.0, 640, 480, (-0.28, 0.03, 0.001, -0.0003, 0.01))


def test_file_round_trip(tmp_path: Path) -> None:
    save_intrinsics(CAMERA, tmp_path / "calib.json")
    assert intrinsics_table(load_intrinsics(tmp_path / "calib.json")) == intrinsics_table(CAMERA)
    assert [path.name for path in tmp_path.iterdir()] == ["calib.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fx": -1.0}, "positive"),
        ({"fx": "wide"}, "finite numbers"),
        ({"cx": float("nan")}, "finite numbers"),
        ({"focal": 3.0}, "focal"),
        ({"distortion": [0.1]}, "k1, k2, p1, p2, k3"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "calib.json"
    path.write_text(json.dumps({**intrinsics_table(CAMERA), **change}))
    with pytest.raises(ConfigError, match=message):
        load_intrinsics(path)


@pytest.mark.parametrize("text", ["", "[1, 2]", "not json"])
def test_what_is_no_camera_file_says_how_to_make_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calib.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="arpipe calibrate"):
        load_intrinsics(path)
    with pytest.raises(ConfigError, match="arpipe calibrate"):
        load_intrinsics(tmp_path / "absent.json")


def test_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save_intrinsics(CAMERA, tmp_path / "absent" / "calib.json")


@pytest.mark.parametrize(
    "distortion",
    [
        [1e9] * 5,
        [1e300] * 5,
        [-0.9, 0.0, 0.0, 0.0, 0.0],
        [50.0, -300.0, 0.0, 0.0, 900.0],
        [10**400, 0, 0, 0, 0],
    ],
)
def test_distortion_that_cannot_be_undone_is_refused_at_the_door(tmp_path, distortion):
    table = {"fx": 500.0, "fy": 500.0, "cx": 320.0, "cy": 240.0, "width": 640, "height": 480}
    (tmp_path / "c.json").write_text(json.dumps({**table, "distortion": distortion}))
    with pytest.raises(ConfigError, match="cannot be undone|expected"):
        load_intrinsics(tmp_path / "c.json")


@pytest.mark.parametrize(
    "distortion",
    [[-0.3, 0.12, 0.001, -0.001, -0.02], [0.1, -0.2, 0.0, 0.0, 0.05], [-0.2, 0.03, 0.0, 0.0, 0.0]],
)
def test_distortion_of_real_lenses_is_accepted(tmp_path, distortion):
    table = {"fx": 500.0, "fy": 500.0, "cx": 320.0, "cy": 240.0, "width": 640, "height": 480}
    (tmp_path / "c.json").write_text(json.dumps({**table, "distortion": distortion}))
    assert load_intrinsics(tmp_path / "c.json").undistortion_error_px() < 0.5
