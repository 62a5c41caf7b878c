"""Coloured irises: the person's own pupils and texture, and eyes in the dark."""

import cv2
import numpy as np
import pytest

from arpipe.effects.makeup.eye_colors import USUAL_PUPIL, eye_light, pupil_radii
from arpipe.effects.makeup.eyes import iris_color
from arpipe.render.color import LUMINANCE, MEAN_SKIN
from arpipe.types import Frame
from tests.effects.makeup.faces import CAMERA, drawn, face, portrait
from tests.effects.makeup.test_lips import complexion

BROWN, BLUE = (74, 46, 30), (96, 120, 150)


def eyes(person, iris, pupil, noise=1.5):
    """A portrait with sclera, irises of a colour with radial fibres, pupils of a relative radius and catchlights."""
    picture = portrait(person).pixels.astype(np.float64)
    rows, columns = np.mgrid[: CAMERA.height, : CAMERA.width]
    rng = np.random.default_rng(5)
    for side in ("left", "right"):
        rim = person.landmarks.region(f"{side}_iris")[:, :2].astype(float)
        center = rim.mean(axis=0)
        radius = np.linalg.norm(rim - center, axis=1).mean()
        across, down = (columns - center[0]) / radius, (rows - center[1]) / radius
        far = np.hypot(across, down)
        fibres = 1.0 + 0.25 * np.sin(np.arctan2(down, across) * 16)
        opening = np.zeros(far.shape, np.uint8)
        cv2.fillPoly(opening, [np.rint(person.landmarks.region(f"{side}_eye")[:, :2]).astype(np.int32)], 1)
        for color, where in (((225, 220, 215), far < 9), (iris, far < 1), ((16, 13, 12), far < pupil)):
            shaded = np.array(color) * (fibres[..., None] if color is iris else 1.0)
            picture = np.where((where & (opening > 0))[..., None], shaded, picture)
        picture[np.hypot(across - 0.3, down + 0.3) < 0.12] = 250
    picture += rng.normal(0.0, noise, picture.shape)
    smooth = cv2.GaussianBlur(np.clip(picture, 0, 255), (0, 0), 0.6)
    return Frame(np.rint(smooth).astype(np.uint8), 0.0, 0)


def near():
    return face(near_m=0.16)


@pytest.mark.parametrize("iris", [BROWN, BLUE])
@pytest.mark.parametrize("pupil", [0.28, 0.36, 0.46])
def test_pupils_are_measured(iris, pupil):
    person = near()
    assert pupil_radii(eyes(person, iris, pupil), person) == pytest.approx(np.full(2, pupil), abs=0.06)


def test_pupils_that_cannot_be_seen_have_the_usual_size():
    person = near()
    assert pupil_radii(eyes(person, (16, 13, 12), 0.3), person) == pytest.approx(np.full(2, USUAL_PUPIL))
    far = face(near_m=1.5)
    assert pupil_radii(eyes(far, BLUE, 0.3), far) == pytest.approx(np.full(2, USUAL_PUPIL))


@pytest.mark.gl
@pytest.mark.parametrize("pupil", [0.28, 0.46])
def test_the_pupil_is_untouched_and_the_iris_keeps_its_texture(context, pupil):
    person = near()
    frame = eyes(person, BROWN, pupil)
    picture = drawn(context, frame, person, effects=["iris-color(color=#4a8060, opacity=1)"])
    rows, columns = np.mgrid[: CAMERA.height, : CAMERA.width]
    rim = person.landmarks.region("left_iris")[:, :2].astype(float)
    center = rim.mean(axis=0)
    far = np.hypot(columns - center[0], rows - center[1]) / np.linalg.norm(rim - center, axis=1).mean()
    change = np.abs(picture.astype(int) - frame.pixels).max(axis=2)
    assert change[far < pupil - 0.08].max() <= 1
    ring = (far > pupil + 0.3) & (far < 0.85) & (change > 4)
    assert ring.sum() > 40
    before, after = (np.log(pixels[ring].astype(float).mean(axis=1)) for pixels in (frame.pixels, picture))
    assert np.corrcoef(before, after)[0, 1] > 0.6
    assert (picture[ring][:, 1].astype(int) > picture[ring][:, 0]).mean() > 0.9  # green by now


def test_irises_in_the_shade_are_dim():
    white = np.ones(3)
    bright, shaded = (eye_light(np.full((4, 3), level), white) for level in (0.6, 0.15))
    assert bright == pytest.approx(1.0)
    assert shaded == pytest.approx(0.25, abs=0.01)
    assert eye_light(np.zeros((0, 3)), white) == 1.0


def test_dark_irises_make_a_darker_blue_than_light_ones():
    blue = np.array([0.1, 0.24, 0.34])
    light, dark = complexion(), complexion()
    object.__setattr__(light, "irises", MEAN_SKIN * 0.5)
    object.__setattr__(dark, "irises", MEAN_SKIN * 0.02)
    assert 0.3 < (iris_color(blue, dark) @ LUMINANCE) / (iris_color(blue, light) @ LUMINANCE) < 0.8
