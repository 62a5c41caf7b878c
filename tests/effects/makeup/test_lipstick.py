"""Laws of lipstick on faces whose regions are known."""

import cv2
import numpy as np
import pytest

from arpipe.render.color import linear_from_srgb
from arpipe.types import Frame
from tests.effects.color_difference import delta_e
from tests.effects.makeup.faces import CAMERA, drawn, face, painted, portrait, regions

pytestmark = pytest.mark.gl

VIEWS = ((0, 0, 0), (25, 5, 10), (-30, -10, -5))


@pytest.mark.parametrize(
    "color", [(163, 18, 58), (192, 16, 31), (201, 120, 110), (90, 30, 70), (230, 90, 140)]
)
@pytest.mark.parametrize("grey", [90, 128, 170])
def test_matt_lipstick_shows_the_colour_asked_for(context, color, grey):
    person = face()
    frame = Frame(np.full((CAMERA.height, CAMERA.width, 3), grey, np.uint8), 0.0, 0)
    name = "#{:02x}{:02x}{:02x}".format(*color)
    picture = drawn(context, frame, person, effects=[f"lipstick(color={name}, opacity=1, finish=matte)"])
    lips, _ = regions(person)
    inside = cv2.erode((lips > 0.99).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert inside.sum() > 50
    assert delta_e(picture[inside], np.broadcast_to(color, (inside.sum(), 3))).max() <= 3.0


@pytest.mark.parametrize("finish", ["matte", "satin", "gloss", "metallic"])
@pytest.mark.parametrize("opened_mm", [0, 4, 10, 18])
@pytest.mark.parametrize("view", VIEWS)
def test_lipstick_covers_lips_and_nothing_else(context, finish, opened_mm, view):
    person = face(*view, opened_mm=opened_mm)
    frame = portrait(person, seed=2)
    picture = drawn(context, frame, person, effects=[f"lipstick(color=#8020c0, opacity=1, finish={finish})"])
    lips, mouth = regions(person)
    marks = painted(picture, frame) > 12  # levels: less is not seen beside the grain
    assert marks[lips > 0.75].mean() >= 0.95
    area = marks.sum()
    assert marks[mouth > 0.75].sum() <= 0.01 * area
    assert marks[(lips < 0.02) & (mouth < 0.02)].sum() <= 0.02 * area


def test_lipstick_takes_on_the_light_of_the_picture(context):
    person = face(near_m=0.32)
    daylight = linear_from_srgb(portrait(person).pixels)
    share, _ = regions(person)
    inside = cv2.erode((share > 0.99).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    shown = {}
    for name, lamp in (
        ("warm", (1.15, 1.0, 0.72)),
        ("neutral", (1.0, 1.0, 1.0)),
        ("cold", (0.85, 1.0, 1.25)),
    ):
        lit = np.clip(daylight * lamp, 0.0, 1.0)
        pixels = np.rint(255.0 * np.where(lit < 0.0031308, 12.92 * lit, 1.055 * lit ** (1 / 2.4) - 0.055))
        frame = Frame(pixels.astype(np.uint8), 0.0, 0)
        picture = drawn(context, frame, person, effects=["lipstick(color=#a05060, opacity=1, finish=matte)"])
        red, _, blue = np.median(linear_from_srgb(picture[inside]), axis=0)
        shown[name] = red / blue
    assert shown["warm"] > 1.15 * shown["neutral"] > 1.15**2 * shown["cold"]
