import json
from dataclasses import astuple

import numpy as np
import pytest

from arpipe.errors import ConfigError
from arpipe.geometry.camera import DEFAULT_VERTICAL_FOV_DEG, CameraIntrinsics
from arpipe.pipeline.camera_model import CameraConfig, CameraModel
from arpipe.types import Frame

KNOWN = CameraIntrinsics.from_fov(64, 48, 40.0)
CALIBRATED = {"fx": 100.0, "fy": 102.0, "cx": 31.0, "cy": 25.0, "width": 64, "height": 48}


def frame(camera=None, width=64, height=48):
    return Frame(np.zeros((height, width, 3), np.uint8), 0.0, 0, camera)


def test_unknown_camera_has_the_default_field_of_view():
    assumed = CameraModel().intrinsics_for(frame())
    assert astuple(assumed) == astuple(CameraIntrinsics.from_fov(64, 48, DEFAULT_VERTICAL_FOV_DEG))


def test_source_knows_better_than_the_default():
    assert CameraModel().intrinsics_for(frame(KNOWN)) is KNOWN


def test_configured_field_of_view_comes_before_the_source():
    model = CameraModel(CameraConfig(fov_deg=50.0))
    assert astuple(model.intrinsics_for(frame(KNOWN))) == astuple(CameraIntrinsics.from_fov(64, 48, 50.0))


def test_calibration_file_comes_first_and_follows_the_frame_size(tmp_path):
    file = tmp_path / "calib.json"
    file.write_text(json.dumps(CALIBRATED), encoding="utf-8")
    model = CameraModel(CameraConfig(file=file, fov_deg=50.0))
    assert model.intrinsics_for(frame(KNOWN)).fx == 100.0
    twice = model.intrinsics_for(frame(width=128, height=96))
    assert (twice.fx, twice.fy, twice.width, twice.height) == (200.0, 204.0, 128, 96)


def test_missing_calibration_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"calib\.json"):
        CameraModel(CameraConfig(file=tmp_path / "calib.json"))
