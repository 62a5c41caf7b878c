from dataclasses import replace

import pytest

from arpipe.effects.guesses import guessed_share
from tests.render.faces import face_at, pose_at


@pytest.mark.parametrize(
    ("yaw_deg", "score", "share"),
    [
        (55.0, 1.0, 0.0),
        (55.0, 0.98, 0.0),
        (-55.0, 0.935, 0.5),
        (43.0, 0.935, 0.25),
        (62.0, 0.88, 1.0),
        (20.0, 0.88, 0.0),
    ],
)
def test_turned_faces_with_a_low_score_are_guessed(yaw_deg, score, share):
    face = face_at(pose_at(yaw_deg))
    face = replace(face, landmarks=replace(face.landmarks, score=score))
    assert guessed_share(face) == pytest.approx(share, abs=1e-6)


def test_faces_without_a_pose_are_not_called_guessed():
    assert guessed_share(replace(face_at(pose_at(60.0)), pose=None)) == 0.0
