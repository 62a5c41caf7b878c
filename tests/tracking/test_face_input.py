"""Broken networks, odd clocks, cameras and settings of the face tracker."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from arpipe.errors import NonFiniteOutput
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose import HeadPoseConfig
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig, pose_effort
from arpipe.tracking.filters import OneEuroConfig
from arpipe.types import Frame
from tests.tracking.scripted import ScriptedFaces
from tests.tracking.scripted_runs import FPS, PIXELS, TOPOLOGY, face_at, ids


class BrokenMesh(ScriptedFaces):
    """Answers with NaN in some frames."""

    def __init__(self, script, broken):
        super().__init__(script, TOPOLOGY)
        self.broken = broken

    def locate(self, frame, rois, timer):
        found = super().locate(frame, rois, timer)
        if frame.index not in self.broken:
            return found
        return [
            replace(each, landmarks=replace(each.landmarks, points_px=np.full((478, 3), np.nan, np.float32)))
            for each in found
        ]


def test_nan_from_the_mesh_is_a_missed_face(caplog):
    networks = BrokenMesh(lambda index: [face_at(300, 300)], broken={3, 4})
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    with caplog.at_level(logging.WARNING):
        rows = [
            tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), StageTimer()))
            for index in range(8)
        ]
    assert [ids(row) for row in rows] == [[1]] * 8
    assert [row[0].state for row in rows[3:6]] == ["coasting", "coasting", "tracked"]
    assert all(np.isfinite(face.landmarks.points_px).all() for row in rows for face in row)
    assert tracker.nonfinite_outputs == 4  # the old place and the detected one, in two frames
    assert "NaN" in caplog.text


class BrokenDetector(ScriptedFaces):
    """A detection network that answers with NaN."""

    def detect(self, frame, timer):
        raise NonFiniteOutput("face_detector_short answered with NaN")


def test_nan_from_the_detector_is_no_face():
    networks = BrokenDetector(lambda index: [face_at(300, 300)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    assert tracker.update(FrameContext(Frame(PIXELS, 0.0, 0), StageTimer())) == ()
    assert tracker.nonfinite_outputs == 1


def test_timestamps_that_stand_still_or_go_back_do_no_harm():
    networks = ScriptedFaces(lambda index: [face_at(300 + index, 300)], TOPOLOGY)
    config = FaceTrackerConfig(smoothing=OneEuroConfig())
    tracker = FaceTracker(config, networks, networks)
    for index, time_s in enumerate([0.0, 0.0, -1.0, 5.0, 5.0, 1e9, float("nan"), 0.0]):
        (face,) = tracker.update(FrameContext(Frame(PIXELS, time_s, index), StageTimer()))
        assert face.landmarks.box_px[0] == pytest.approx(face_at(300 + index, 300).box_px[0], abs=8)


@pytest.mark.parametrize(
    "options", [{"max_faces": 0}, {"min_presence": 1.5}, {"mode": "film"}, {"smoothing": "on"}, {"colour": 1}]
)
def test_nonsense_is_refused(options):
    with pytest.raises(ValidationError):
        FaceTrackerConfig(**options)


def test_poses_need_a_camera():
    networks = ScriptedFaces(lambda index: [face_at(640, 360)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    frame, camera = Frame(PIXELS, 0.0, 0), CameraIntrinsics.from_fov(1280, 720)
    assert tracker.update(FrameContext(frame, StageTimer()))[0].pose is None
    (face,) = tracker.update(FrameContext(Frame(PIXELS, 0.1, 1), StageTimer(), camera))
    assert face.pose is not None
    assert (abs(face.pose.yaw_deg), abs(face.pose.roll_deg)) < (1.0, 1.0)


@pytest.mark.parametrize(
    ("mesh", "mode", "views", "effort"),
    [
        ("auto", "image", "auto", "photo"),
        ("auto", "video", "auto", "live"),
        ("auto", "live", "auto", "live"),
        ("auto", "video", "export", "export"),
        ("auto", "video", "off", "none"),
        ("auto", "image", "off", "none"),
        ("v2", "image", "auto", "photo"),
        ("v2", "video", "auto", "none"),
        ("v2", "video", "export", "export"),
        ("plain", "image", "auto", "none"),
        ("attention", "video", "export", "none"),
    ],
)
def test_pose_effort_follows_mesh_mode_and_setting(mesh, mode, views, effort):
    assert pose_effort(FaceTrackerConfig(mesh=mesh, mode=mode), HeadPoseConfig(views=views)) == effort
