from dataclasses import replace

import numpy as np

from arpipe.effects.glasses.presence import Presences
from tests.render.faces import face_at, plain_frame, pose_at, result_of


def test_glasses_fade_while_a_face_is_lost_and_come_back():
    presences, face = Presences(), face_at(pose_at())
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
        presences.update(result_of(plain_frame(time_s=index / 30), seen))
        shown.append(presences.of(seen))
    assert shown[:2] == [1.0, 1.0]
    steps = np.diff(shown[1:6])
    assert (steps < 0).all()
    assert steps.min() > -0.5
    assert shown[5] < 0.1
    assert shown[5] < shown[6] < shown[7] < shown[8]


def test_a_new_face_has_its_glasses_at_once():
    presences, face = Presences(), face_at(pose_at(), track_id=3)
    presences.update(result_of(plain_frame(), face))
    assert presences.of(face) == 1.0
