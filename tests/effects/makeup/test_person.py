"""What is measured of a person tells dim light from dark skin."""

import numpy as np
import pytest

from arpipe.effects.makeup.person import measure, px_per_mm
from arpipe.render.color import LUMINANCE, linear_from_srgb
from arpipe.types import Frame
from tests.effects.makeup.faces import face, portrait, silhouette

FAIR, DARK = (182, 148, 132), (126, 82, 56)
WALL = (205, 205, 203)


def exposure(skin, light=1.0):
    """Return the luminance of white on a face whose skin gets this share of the light of the bright room."""
    person = face(near_m=0.4)
    codes = 255.0 * (linear_from_srgb(np.array(skin, np.uint8)) * light) ** (1 / 2.2)
    pixels = portrait(person, skin=codes, lips=codes * (0.9, 0.7, 0.75)).pixels.copy()
    pixels[~silhouette(person)] = WALL
    return float(measure(Frame(pixels, 0.0, 0), person, px_per_mm(person)).white @ LUMINANCE)


def test_good_light_shows_pigment_as_it_is_on_fair_and_on_dark_skin():
    assert exposure(FAIR) == pytest.approx(1.0, abs=0.02)
    assert exposure(DARK) > 0.85


@pytest.mark.parametrize("light", [0.5, 0.35])
def test_fair_skin_before_a_bright_wall_is_in_dim_light(light):
    assert exposure(FAIR, light) == pytest.approx(light, abs=0.15)
