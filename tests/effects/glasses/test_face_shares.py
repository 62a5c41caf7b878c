from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.glasses.face_shares import (
    DARKEN_S,
    FADE_S,
    FaceShares,
    likely_own_glasses,
    presence,
    visibility,
)
from tests.render.faces import face_at, plain_frame, pose_at, result_of


def test_glasses_fade_while_a_face_is_lost_and_come_back():
    shares, face = FaceShares(visibility, FADE_S), face_at(pose_at())
    shown = []
    states = [
        "new",
        "tracked",
        "coasting",
        "coasting",
        "coasting",
        "coasting",
        "tracked",
        "tracked",
        "tracked",
    ]
    for index, state in enumerate(states):
        seen = replace(face, state=state, age_frames=index)
        shares.update(result_of(plain_frame(time_s=index / 30), seen))
        shown.append(shares.of(seen))
    assert shown[:2] == [1.0, 1.0]
    steps = np.diff(shown[1:6])
    assert (steps < 0).all()
    assert steps.min() > -0.5
    assert shown[5] < 0.1
    assert shown[5] < shown[6] < shown[7] < shown[8]


def test_a_new_face_has_its_glasses_at_once():
    shares, face = FaceShares(visibility, FADE_S), face_at(pose_at(), track_id=3)
    shares.update(result_of(plain_frame(), face))
    assert shares.of(face) == 1.0


@pytest.mark.parametrize(
    ("probability", "share"), [(None, 0.0), (0.0, 0.0), (0.85, 0.0), (0.9, 0.5), (0.95, 1.0), (1.0, 1.0)]
)
def test_own_glasses_count_where_they_are_certain(probability, share):
    face = replace(face_at(pose_at()), own_glasses=probability)
    assert likely_own_glasses(face) == pytest.approx(share)


def test_lenses_darken_gradually_once_glasses_are_recognised():
    shares, face = FaceShares(likely_own_glasses, DARKEN_S), face_at(pose_at())
    shown = []
    for index in range(20):
        seen = replace(face, age_frames=index, own_glasses=1.0 if index > 2 else None)
        shares.update(result_of(plain_frame(time_s=index / 30), seen))
        shown.append(shares.of(seen))
    assert shown[:3] == [0.0, 0.0, 0.0]
    assert shown[-1] == 1.0
    assert 0.0 < np.diff(shown).max() < 0.1


@pytest.mark.parametrize(
    ("yaw_deg", "share"), [(0.0, 1.0), (66.0, 1.0), (-66.0, 1.0), (70.0, 0.5), (-75.0, 0.0)]
)
def test_glasses_fade_in_profile_and_hats_stay(yaw_deg, share):
    face = face_at(pose_at(yaw_deg))
    assert visibility(face) == pytest.approx(share, abs=1e-6)
    assert presence(face) == 1.0


@pytest.mark.parametrize(
    ("yaw_deg", "score", "share"),
    [(55.0, 1.0, 1.0), (55.0, 0.98, 1.0), (-55.0, 0.935, 0.5), (62.0, 0.88, 0.0), (20.0, 0.88, 1.0)],
)
def test_glasses_fade_on_turned_faces_whose_mesh_is_guessed(yaw_deg, score, share):
    face = face_at(pose_at(yaw_deg))
    face = replace(face, landmarks=replace(face.landmarks, score=score))
    assert visibility(face) == pytest.approx(share, abs=1e-6)
