"""The optional runtime: MediaPipe's own Face Landmarker in place of arpipe's networks."""

import importlib
import importlib.util
import sys

import numpy as np
import pytest

from arpipe.errors import MissingExtra
from arpipe.head_pose import HeadPoseConfig
from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig, pose_effort
from arpipe.types import Frame
from tests.golden.faces import cases

needs_mediapipe = pytest.mark.skipif(
    importlib.util.find_spec("mediapipe") is None, reason='pip install "arpipe[mediapipe]"'
)


def tracked(frames, **options):
    """The faces of each frame."""
    config = FaceTrackerConfig(mesh="v2", smoothing="off", crop_rest=0, **options)
    with Runtime() as runtime:
        tracker = FaceTracker.open(runtime, config)
        return [
            tracker.update(FrameContext(Frame(pixels, index / 30.0, index), StageTimer()))
            for index, pixels in enumerate(frames)
        ]


def test_missing_package_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    sys.modules.pop("arpipe.models.mediapipe_faces", None)
    with pytest.raises(MissingExtra, match=r'pip install "arpipe\[mediapipe\]"'):
        FaceTracker.open(Runtime(), FaceTrackerConfig(runtime="mediapipe"))


def test_mediapipe_has_one_mesh_and_no_scores():
    assert FaceTrackerConfig(runtime="mediapipe").fullest_mesh == "v2"
    assert FaceTrackerConfig().runtime == "arpipe"
    assert pose_effort(FaceTrackerConfig(runtime="mediapipe"), HeadPoseConfig(views="export")) == "none"
    for wrong in ({"mesh": "plain"}, {"mesh": "v2", "scores": ("tongueOut",)}):
        with pytest.raises(ValueError, match='runtime "mediapipe" has mesh "v2" without scores'):
            FaceTrackerConfig(runtime="mediapipe", **wrong)


@needs_mediapipe
@pytest.mark.weights
def test_both_runtimes_give_the_same_landmarks(made_faces):
    for name, pixels in list(made_faces.items())[:6]:
        (theirs,) = tracked([pixels], mode="image", runtime="mediapipe", max_faces=30)
        (ours,) = tracked([pixels], mode="image", max_faces=30)
        assert len(ours) == len(theirs), name
        for face in theirs:
            long_side = np.ptp(face.landmarks.points_px[:, :2], axis=0).max()
            distances = [
                np.linalg.norm((face.landmarks.points_px - other.landmarks.points_px)[:, :2], axis=1).mean()
                for other in ours
            ]
            assert min(distances) < 0.003 * long_side, name


@needs_mediapipe
@pytest.mark.weights
def test_faces_are_followed_with_ids(portrait):
    rows = tracked(list(cases.clip(portrait))[:12], runtime="mediapipe")
    assert [[face.track_id for face in row] for row in rows] == [[1]] * 12
    assert [row[0].age_frames for row in rows] == list(range(12))
