import json

import numpy as np
import pytest

from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform
from arpipe.pipeline.camera_model import (
    NEAR_FRAMES,
    CameraConfig,
    CameraModel,
    longer_lens,
    typical_camera,
)
from arpipe.topology import load_topology
from arpipe.types import Frame, HeadPose, Landmarks, TrackedFace

TOPOLOGY = load_topology("face")

KNOWN = CameraIntrinsics.from_fov(64, 48, 40.0)
CALIBRATED = {"fx": 100.0, "fy": 102.0, "cx": 31.0, "cy": 25.0, "width": 64, "height": 48}


def frame(camera=None, width=64, height=48):
    return Frame(np.zeros((height, width, 3), np.uint8), 0.0, 0, camera)


def face_at(depth_m):
    points = np.zeros((TOPOLOGY.count, 3), np.float32)
    pose = HeadPose(
        RigidTransform(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, depth_m])), points, 0.0, 1.0
    )
    return TrackedFace(1, Landmarks(points, 1.0, TOPOLOGY), pose, "tracked", 0)


@pytest.mark.parametrize(
    ("width", "height", "fov_deg"), [(1280, 720, 41.5), (640, 480, 49.7), (480, 640, 63.4)]
)
def test_unknown_camera_has_a_typical_lens(width, height, fov_deg):
    assumed = CameraModel().intrinsics_for_size(width, height)
    assert assumed.vertical_fov_deg == pytest.approx(fov_deg, abs=0.1)
    assert assumed.origin == "assumed"


def test_photo_of_a_face_too_near_has_a_longer_lens():
    camera = typical_camera(640, 480)
    longer = longer_lens(camera, [face_at(1.0), face_at(0.15)])
    assert (longer.fx, longer.origin) == (pytest.approx(3.0 * camera.fx), "distance")
    assert longer_lens(camera, [face_at(0.5)]) is None
    assert longer_lens(camera, []) is None
    assert longer_lens(longer, [face_at(0.45)]) is None


@pytest.mark.parametrize("origin", ["given", "exif", "configured", "calibrated"])
def test_known_lens_stays_however_near_a_face_is(origin):
    camera = CameraIntrinsics.from_focal(640, 480, 500.0, origin)
    assert longer_lens(camera, [face_at(0.1)]) is None


def test_stream_takes_a_longer_lens_once_a_face_stays_too_near():
    model = CameraModel()
    camera = model.intrinsics_for_size(640, 480)
    for depth_m in [0.2] * (NEAR_FRAMES - 1) + [0.5] + [0.2] * (NEAR_FRAMES - 1):
        model.learn_from(camera, [face_at(depth_m)])
    assert model.intrinsics_for_size(640, 480).fx == camera.fx
    model.learn_from(camera, [face_at(0.2)])
    longer = model.intrinsics_for_size(640, 480)
    assert (longer.fx, longer.origin) == (pytest.approx(camera.fx * 1.75), "distance")
    model.reset()
    assert model.intrinsics_for_size(640, 480).origin == "assumed"


def test_source_knows_better_than_the_default():
    assert CameraModel().intrinsics_for(frame(KNOWN)) is KNOWN


def test_configured_field_of_view_comes_before_the_source():
    model = CameraModel(CameraConfig(fov_deg=50.0))
    camera = model.intrinsics_for(frame(KNOWN))
    assert (camera.vertical_fov_deg, camera.origin) == (pytest.approx(50.0), "configured")


def test_calibration_file_comes_first_and_follows_the_frame_size(tmp_path):
    file = tmp_path / "calib.json"
    file.write_text(json.dumps(CALIBRATED), encoding="utf-8")
    model = CameraModel(CameraConfig(file=file, fov_deg=50.0))
    assert model.intrinsics_for(frame(KNOWN)).fx == 100.0
    assert model.intrinsics_for(frame(KNOWN)).origin == "calibrated"
    twice = model.intrinsics_for(frame(width=128, height=96))
    assert (twice.fx, twice.fy, twice.width, twice.height) == (200.0, 204.0, 128, 96)


def test_missing_calibration_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"calib\.json"):
        CameraModel(CameraConfig(file=tmp_path / "calib.json"))
