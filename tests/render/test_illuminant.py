import numpy as np
import pytest

from arpipe.render.color import LUMINANCE, MEAN_SKIN
from arpipe.render.illuminant import colorfulness, light_hue, pictured

# Things of many colours around a person; their mean is a little warm, as rooms are.
ROOM = np.random.default_rng(4).uniform(0.05, 0.9, (400, 3)) * (1.15, 1.0, 0.85)


def warmth(hue):
    """Return the logarithm of red relative to blue."""
    return float(np.log(hue[0] / hue[2]))


@pytest.mark.parametrize(
    "light", [(1.25, 0.72, 0.32), (1.1, 0.95, 0.8), (0.85, 0.95, 1.15), (0.9, 1.05, 0.8)]
)
def test_about_half_or_more_of_the_hue_of_a_light_on_skin_and_room_is_found(light):
    found = light_hue(MEAN_SKIN * light, ROOM * light) / light_hue(MEAN_SKIN, ROOM)
    true, found = (np.log(np.array(color) / color[1])[[0, 2]] for color in (light, found))
    assert np.linalg.norm(found - true) < 0.5 * np.linalg.norm(true)


def test_white_light_is_white():
    assert light_hue(MEAN_SKIN, ROOM) == pytest.approx(np.ones(3), abs=0.12)
    assert light_hue(MEAN_SKIN, ROOM) @ LUMINANCE == pytest.approx(1.0)


def test_a_ruddy_person_or_a_wooden_wall_alone_is_not_taken_for_warm_light():
    warm = np.array([1.25, 0.72, 0.32])
    whole = warmth(light_hue(MEAN_SKIN * warm, ROOM * warm))
    for skin, room in ((MEAN_SKIN * warm, ROOM), (MEAN_SKIN, ROOM * warm)):
        assert warmth(light_hue(skin, room)) < 0.65 * whole


def test_a_picture_full_of_the_same_skin_says_nothing_more():
    skin = MEAN_SKIN * (1.2, 1.0, 0.9)
    alone = light_hue(skin, np.zeros((0, 3)))
    assert light_hue(skin, np.repeat(skin[None], 100, axis=0)) == pytest.approx(alone)


def test_grey_pictures_and_flat_ones_are_told_apart():
    ramp = np.repeat(np.arange(0, 250, dtype=np.uint8)[:, None], 3, axis=1)
    assert colorfulness(ramp) == 0.0
    assert colorfulness(np.full((50, 3), 128, np.uint8)) == 1.0  # even grey: anything may be beside it
    tinted = ramp.astype(int) + np.array([12, 0, -12])
    assert colorfulness(np.clip(tinted, 0, 255).astype(np.uint8)) == 1.0


def test_light_is_grey_as_far_as_the_picture_is():
    light = np.array([[0.8, 0.3, 0.1]])
    assert pictured(light, 1.0) == pytest.approx(light)
    assert np.ptp(pictured(light, 0.0)) == pytest.approx(0.0)
    assert pictured(light, 0.4) @ LUMINANCE == pytest.approx(light @ LUMINANCE)
