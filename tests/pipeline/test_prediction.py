"""Faces between two looks: nearer to the truth than where they were last seen."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.pipeline.prediction import Predictor
from arpipe.topology import load_topology
from arpipe.types import HeadPose, Landmarks, TrackedFace

FPS = 30.0


@pytest.fixture(scope="module")
def sample():
    with SampleSource(SampleConfig(width=320, height=180, frames=None, noise=0.0)) as source:
        yield source


def face_at(sample, index, track_id=1):
    truth = sample.truth(index)
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = truth.landmarks_px
    pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.5)
    return TrackedFace(track_id, Landmarks(points, 0.9, load_topology("face")), pose, "tracked", index)


def errors(sample, index):
    """Distance to the truth, predicted and held: landmarks in px, turn of the head in rad."""
    predictor = Predictor()
    for seen in (index - 4, index - 2):
        predictor.observe((face_at(sample, seen),), seen / FPS)
    (predicted,) = predictor.predict((index - 1) / FPS)
    truth, held = face_at(sample, index - 1), face_at(sample, index - 2)

    def distance(face):
        off = np.abs(face.landmarks.points_px - truth.landmarks.points_px).mean()
        turn = face.pose.camera_from_head.rotation.T @ truth.pose.camera_from_head.rotation
        return off, np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))

    return distance(predicted), distance(held)


def test_prediction_halves_the_error_of_a_moving_head(sample):
    predicted, held = np.array([errors(sample, index) for index in range(4, 200, 3)]).mean(axis=0)
    assert (predicted < 0.5 * held).all()


def test_still_face_stays_where_it_is(sample):
    face, predictor = face_at(sample, 0), Predictor()
    for number in range(3):
        predictor.observe((replace(face, age_frames=number),), number / FPS)
    (predicted,) = predictor.predict(3 / FPS)
    assert (predicted.landmarks.points_px == face.landmarks.points_px).all()
    assert np.allclose(predicted.pose.camera_from_head.rotation, face.pose.camera_from_head.rotation)
    assert predicted.age_frames == 3


def test_face_seen_once_or_long_ago_is_not_moved(sample):
    predictor = Predictor()
    first = face_at(sample, 0)
    predictor.observe((first,), 0.0)
    assert (predictor.predict(0.03)[0].landmarks.points_px == first.landmarks.points_px).all()
    second = face_at(sample, 6)
    predictor.observe((second,), 0.2)
    assert (predictor.predict(5.0)[0].landmarks.points_px == second.landmarks.points_px).all()


def test_vanished_face_is_forgotten(sample):
    predictor = Predictor()
    predictor.observe((face_at(sample, 0, 1), face_at(sample, 0, 2)), 0.0)
    predictor.observe((face_at(sample, 1, 2),), 1 / FPS)
    assert [face.track_id for face in predictor.predict(2 / FPS)] == [2]
