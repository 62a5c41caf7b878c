import numpy as np
import pytest

from arpipe.render.black_level import MAX_BLACK_LEVEL, measure_black_level
from arpipe.render.color import LUMINANCE, linear_from_srgb
from tests.render.faces import face_at, hazy_frame, plain_frame, pose_at

SKIN, HAIR = (200, 150, 125), (44, 26, 18)
FACE = face_at(pose_at())


def person(haze=0.0, hair=HAIR):
    return hazy_frame(FACE, haze, SKIN, hair)


def measured(frame, skin=SKIN):
    level = float(linear_from_srgb(np.array(skin, np.uint8)) @ LUMINANCE)
    return measure_black_level(frame, FACE.landmarks, level)


@pytest.mark.parametrize("haze", [0.02, 0.05, 0.08])
def test_light_that_lies_on_everything_is_found(haze):
    assert measured(person(haze)) == pytest.approx(haze, rel=0.2)


@pytest.mark.parametrize("hair", [HAIR, (110, 70, 40), (60, 40, 35)])
def test_brown_hair_and_clear_air_are_not_haze(hair):
    assert measured(person(hair=hair)) < 0.004


def test_a_flat_picture_is_not_haze():
    assert measured(plain_frame(color=(128, 128, 128)), skin=(128, 128, 128)) == 0.0


def test_dense_haze_is_limited():
    assert measured(person(0.3)) <= MAX_BLACK_LEVEL


def test_a_face_outside_the_picture_says_nothing():
    away = face_at(pose_at(place_m=(5.0, 0.0, 0.5)))
    assert measure_black_level(person(0.05), away.landmarks, 0.3) == 0.0
