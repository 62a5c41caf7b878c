"""How lipsticks look on lips of different people."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.makeup.lips import lip_rows, worn
from arpipe.effects.makeup.person import Complexion
from arpipe.effects.makeup.pigment import linear
from arpipe.render.color import LUMINANCE, MEAN_SKIN
from tests.effects.makeup.faces import drawn, face, portrait, regions

RED, NUDE = linear((0.75, 0.06, 0.12))[None], linear((0.73, 0.50, 0.45))[None]
MEAN_LIPS = MEAN_SKIN * (0.75, 0.5, 0.55)


def complexion(skin=MEAN_SKIN, lips=MEAN_LIPS, white=1.0):
    zero = np.array(0.0)
    eyes = MEAN_SKIN * 0.2, np.full(2, 0.4), np.array(0.6)
    return Complexion(skin, lips, *eyes, np.array(0.02), np.full(3, white), zero, np.array(1.0))


def level(color):
    return float((color @ LUMINANCE).item())


def test_pigment_is_darker_on_darker_lips_and_never_brighter():
    levels = [level(worn(RED, complexion(lips=MEAN_LIPS * share))) for share in (0.2, 0.5, 1.0, 1.6)]
    assert levels == sorted(levels)
    assert levels[0] < 0.6 * levels[2]
    assert levels[-1] <= level(RED) + 1e-9


def test_dim_light_darkens_lips_and_pigment_alike():
    """In half the light, everything is half as bright; the pigment itself is the same."""
    bright, dim = complexion(), complexion(MEAN_SKIN * 0.5, MEAN_LIPS * 0.5, white=0.5)
    assert worn(RED, bright) == pytest.approx(worn(RED, dim))
    assert dim.shown(worn(RED, dim)) == pytest.approx(0.5 * bright.shown(worn(RED, bright)))


def test_nudes_keep_their_relation_to_the_skin_and_reds_stay_red():
    deep = complexion(MEAN_SKIN * 0.35, MEAN_LIPS * 0.35)
    fallen_nude, fallen_red = (
        level(worn(each, deep)) / level(worn(each, complexion())) for each in (NUDE, RED)
    )
    assert fallen_nude < 0.7 * fallen_red
    relation = level(worn(NUDE, deep)) / level(deep.skin)
    assert relation == pytest.approx(level(worn(NUDE, complexion())) / level(MEAN_SKIN), rel=0.25)


def test_a_grey_face_shows_the_pigment_as_it_is():
    grey = complexion(np.full(3, 0.15), np.full(3, 0.05))
    assert worn(NUDE, grey) == pytest.approx(NUDE)


@pytest.mark.gl
def test_an_outline_larger_than_the_lips_is_not_painted(context):
    """The person's lips are narrower than the network's outline: what is skin stays skin."""
    person = face(near_m=0.3)
    points = person.landmarks.points_px.copy()
    loop = person.landmarks.topology.region("lips_outer")
    middle = points[loop].mean(axis=0)
    points[loop, 1] = middle[1] + 1.35 * (points[loop, 1] - middle[1])
    wide = replace(person, landmarks=replace(person.landmarks, points_px=points))
    frame = portrait(person, lips=(150, 60, 70))
    picture = drawn(context, frame, wide, effects=["lipstick(color=#10b030, opacity=1, finish=matte)"])
    lips, _ = regions(person)
    too_wide, _ = regions(wide)
    painted = picture[..., 1].astype(int) - frame.pixels[..., 1]
    beyond = (too_wide > 0.99) & (lips < 0.01)
    inside = lips > 0.99
    assert beyond.sum() > 200
    assert np.abs(painted[beyond]).mean() < 0.35 * painted[inside].mean()


def test_the_inner_edge_of_an_open_mouth_is_soft_and_a_closed_one_is_covered():
    angles = np.pi - np.linspace(0.0, 2.0 * np.pi, 20, endpoint=False)
    outer = np.stack([100 + 50 * np.cos(angles), 100 + 25 * np.sin(angles)], axis=1)
    opened = np.stack([100 + 44 * np.cos(angles), 100 + 12 * np.sin(angles)], axis=1)
    closed = np.stack([100 + 44 * np.cos(angles), 100 + 0.2 * np.sin(angles)], axis=1)
    rows, cover, _ = lip_rows(outer, opened, 2.0, 0.0)
    middle = cover.shape[1] // 4
    assert cover[5, middle] == 0.0
    width = np.linalg.norm(rows[5, middle] - rows[3, middle])
    assert width > 1.1  # px, at 2 px per mm
    assert lip_rows(outer, closed, 2.0, 0.0)[1][5, middle] == pytest.approx(1.0)
