"""Whom makeup is drawn on: doubtful faces, faces in profile, faces in black and white."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.makeup.people import FADE_S
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from arpipe.types import Frame
from tests.effects.building import activate
from tests.effects.makeup.faces import CAMERA, drawn, face, portrait, silhouette
from tests.render.faces import result_of

pytestmark = pytest.mark.gl

GREEN = "lipstick(color=#10b030, opacity=1, finish=matte)"


def scored(person, score):
    return replace(person, landmarks=replace(person.landmarks, score=score))


def change(picture, frame):
    return np.abs(picture.astype(int) - frame.pixels)


def test_faces_that_the_network_doubts_stay_bare(context):
    person = face(opened_mm=5)
    frame = portrait(person, seed=1)
    assert np.array_equal(drawn(context, frame, scored(person, 0.6), effects=["evening"]), frame.pixels)
    sure = drawn(context, frame, person, effects=["evening"])
    assert np.array_equal(drawn(context, frame, scored(person, 0.85), effects=["evening"]), sure)
    half = change(drawn(context, frame, scored(person, 0.72), effects=[GREEN]), frame).sum()
    whole = change(drawn(context, frame, person, effects=[GREEN]), frame).sum()
    assert 0.3 * whole < half < 0.7 * whole


def test_a_turned_face_whose_landmarks_are_guessed_stays_bare(context):
    person = face(55)
    frame = portrait(person, seed=1)
    assert np.array_equal(drawn(context, frame, scored(person, 0.88), effects=["evening"]), frame.pixels)
    assert change(drawn(context, frame, person, effects=["evening"]), frame).any()


def shares(context, people):
    """How much makeup is drawn on each of a person's faces in a stream, over that on the first one."""
    frame = portrait(people[0])
    active = activate(context, GREEN)
    compositor = Compositor(context, RenderConfig())
    shown = []
    for index, person in enumerate(people):
        result = result_of(Frame(frame.pixels, index / 30.0, index), replace(person, age_frames=index))
        shown.append(change(compositor.draw(result, CAMERA, active.layers, StageTimer()), frame).sum())
    for owned in (compositor, active):
        owned.close()
    return np.array(shown) / shown[0]


def test_makeup_fades_out_and_in_with_doubt(context):
    person = face()
    share = shares(context, [scored(person, score) for score in [1.0] * 3 + [0.5] * 12 + [1.0] * 12])
    assert share[2] == pytest.approx(1.0, abs=0.01)
    assert share[14] == 0.0
    assert share[-1] == pytest.approx(1.0, abs=0.02)
    assert np.abs(np.diff(share)).max() < 2.5 / 30.0 / FADE_S  # never pops


def test_makeup_fades_while_a_face_is_lost_instead_of_hanging_where_it_was(context):
    person = face()
    lost = replace(person, state="coasting")
    share = shares(context, [person] * 3 + [lost] * 6 + [person] * 12)
    assert share[2] == pytest.approx(1.0, abs=0.01)
    assert 0.0 < share[4] < 0.8
    assert share[8] == 0.0
    assert share[-1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("yaw_deg", [60, -60, 75])
def test_a_lip_that_sticks_out_of_a_profile_is_not_painted(context, yaw_deg):
    """As the network draws it: the far half is half as wide as the near one and lies beside it."""
    person = face(yaw_deg, near_m=0.3)
    points = person.landmarks.points_px.copy()
    away = np.sign(yaw_deg)
    for name in ("lips_outer", "lips_inner"):
        loop = person.landmarks.topology.region(name)
        center = 0.5 * (points[loop[5]] + points[loop[15]])
        for below_or_above in (loop[:11], loop[np.r_[10:20, 0]]):
            near, far = below_or_above[:5], below_or_above[:5:-1]
            if points[near, 0].mean() * away > points[far, 0].mean() * away:
                near, far = far, near
            points[far] = points[near]
            points[far, 0] = center[0] + 0.5 * (center[0] - points[near, 0])
    bent = replace(person, landmarks=replace(person.landmarks, points_px=points))
    frame = portrait(person)
    marks = change(drawn(context, frame, bent, effects=[GREEN]), frame).max(axis=2) > 24
    assert marks.any()
    assert marks[~silhouette(person)].sum() <= 0.05 * marks.sum()


def test_a_grey_picture_stays_grey(context):
    person = face(opened_mm=6)
    grey = np.rint(portrait(person, seed=2).pixels @ (0.299, 0.587, 0.114)).astype(np.uint8)
    grey[:, :200] = 30  # a dark wall: there is light and dark, but no colour
    frame = Frame(np.repeat(grey[..., None], 3, axis=2), 0.0, 0)
    picture = drawn(context, frame, person, effects=["festival", "teeth", "iris-color", "face-paint"])
    assert change(picture, frame).max() > 30
    assert np.ptp(picture.astype(int), axis=2).max() <= 1
