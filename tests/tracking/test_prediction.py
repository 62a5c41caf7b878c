"""Faces in frames without inference: nearer to the truth than where they were last found."""

import numpy as np
import pytest

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.models.crop_network import Observation
from arpipe.models.face_mesh import plain_face_topology
from arpipe.topology import load_topology
from arpipe.tracking.face import FaceTrack
from arpipe.tracking.prediction import Predictor, extrapolate_pose
from arpipe.types import HeadPose, Landmarks

FPS = 30.0


@pytest.fixture(scope="module")
def sample():
    with SampleSource(SampleConfig(width=320, height=180, frames=None, noise=0.0)) as source:
        yield source


def face_at(sample, index):
    """Landmarks and pose as they truly are."""
    truth = sample.truth(index)
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = truth.landmarks_px
    pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.5)
    return Observation(Landmarks(points, 0.9, load_topology("face")), None), pose


def predicted(faces, time_s):
    """Landmarks and pose that are predicted from (face, time) pairs."""
    landmarks, pose = Predictor(FaceTrack.extrapolate), Predictor(extrapolate_pose)
    for (seen, solved), seen_s in faces:
        landmarks.observe(seen, seen_s)
        pose.observe(solved, seen_s)
    assert landmarks.reaches(time_s) == pose.reaches(time_s)
    return landmarks.predict(time_s), pose.predict(time_s)


def distance(one, other):
    """Mean distance of landmarks, px, and turn between poses, rad."""
    off = np.abs(one[0].landmarks.points_px - other[0].landmarks.points_px).mean()
    turn = one[1].camera_from_head.rotation.T @ other[1].camera_from_head.rotation
    return off, np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))


def errors(sample, index):
    """Distance to the truth, predicted and held."""
    faces = [(face_at(sample, seen), seen / FPS) for seen in (index - 4, index - 2)]
    truth = face_at(sample, index - 1)
    return distance(predicted(faces, (index - 1) / FPS), truth), distance(faces[-1][0], truth)


def test_prediction_halves_the_error_of_a_moving_head(sample):
    moved, held = np.array([errors(sample, index) for index in range(4, 200, 3)]).mean(axis=0)
    assert (moved < 0.5 * held).all()


def test_still_face_stays_where_it_is(sample):
    face = face_at(sample, 0)
    landmarks, pose = predicted([(face, number / FPS) for number in range(3)], 3 / FPS)
    assert (landmarks.landmarks.points_px == face[0].landmarks.points_px).all()
    assert np.allclose(pose.camera_from_head.rotation, face[1].camera_from_head.rotation)


def test_face_found_once_or_long_ago_is_not_predicted(sample):
    first, second = (face_at(sample, 0), 0.0), (face_at(sample, 6), 0.2)
    assert predicted([first], 0.03) == (None, None)
    assert predicted([first, second], 5.0) == (None, None)
    assert predicted([first, (second[0], 0.5)], 0.53) == (None, None)


def test_another_mesh_predicts_nothing(sample):
    (seen, _), topology = face_at(sample, 0), plain_face_topology()
    plain = Observation(Landmarks(seen.landmarks.points_px[: topology.count].copy(), 0.9, topology), None)
    assert FaceTrack.extrapolate(seen, plain, 0.5) is None


def test_pose_that_was_just_found_again_is_held(sample):
    _, pose = face_at(sample, 3)
    assert extrapolate_pose(None, pose, 0.5) is pose
    assert extrapolate_pose(pose, None, 0.5) is None
