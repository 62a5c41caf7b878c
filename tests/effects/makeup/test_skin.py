"""Laws of foundation, powder and blush on faces whose regions are known."""

import cv2
import numpy as np
import pytest

from arpipe.render.color import LUMINANCE, linear_from_srgb
from arpipe.types import Frame
from tests.effects.makeup.faces import CAMERA, drawn, face, painted, polygon, portrait, regions

pytestmark = pytest.mark.gl


@pytest.mark.parametrize(
    ("effect", "mask", "least"),
    [
        ("foundation(opacity=1, evenness=1)", "skin", 0.75),
        ("blush(opacity=1)", "blush_lifted", 0.9),
        ("bronzer(opacity=1)", "bronzer", 0.9),
        ("eyeshadow(opacity=1)", "shadow_lid", 0.9),
    ],
)
def test_skin_keeps_its_detail(context, effect, mask, least):
    person = face(near_m=0.3)
    frame = portrait(person, seed=3, noise=5.0)
    picture = drawn(context, frame, person, effects=[effect])
    made_up = painted(picture, frame) > 3
    skin = polygon(person.landmarks.region("face_oval")[:, :2]) > 0.99
    place = (
        cv2.erode((made_up & skin).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        if mask != "skin"
        else skin
    )
    place &= regions(person)[0] + regions(person)[1] == 0
    smooth = portrait(person)  # what is left of the makeup's own edges there is taken off
    bare = drawn(context, smooth, person, effects=[effect])
    before = (detail(frame.pixels) - detail(smooth.pixels))[place]
    after = (detail(picture) - detail(bare))[place]
    assert place.sum() > 100
    assert (after**2).mean() / (before**2).mean() >= least


def detail(pixels):
    """What is finer than a few px, of the logarithm of luminance: contrast as eyes see it."""
    level = np.log(linear_from_srgb(pixels) @ LUMINANCE + 1e-3)
    return level - cv2.GaussianBlur(level, (0, 0), 2.0)


def test_blotches_go_and_moles_stay(context):
    person = face(near_m=0.3)
    x, y = np.rint(person.landmarks["left_cheek"][:2]).astype(int)
    pixels = portrait(person).pixels.astype(float)
    rows, columns = np.mgrid[: CAMERA.height, : CAMERA.width]
    far = np.hypot(columns - x, rows - y)
    scale = person.landmarks["left_eye_outer"][0] - person.landmarks["right_eye_outer"][0]
    blotch = np.exp(-((far / (0.055 * scale)) ** 2))[..., None] * (14.0, -14.0, -12.0)
    mole = (np.hypot(columns - x - 0.1 * scale, rows - y) < 2.0)[..., None] * (-60.0, -60.0, -55.0)
    frame = Frame(np.clip(np.rint(pixels + blotch + mole), 0, 255).astype(np.uint8), 0.0, 0)
    picture = drawn(context, frame, person, effects=["foundation(opacity=1, evenness=1)"]).astype(int)

    def redness(image):
        return float(image[y, x, 0] - image[y, x, 1]) - (200 - 150)

    assert redness(picture) < 0.75 * redness(frame.pixels.astype(int))
    at = round(x + 0.1 * scale)
    before = frame.pixels[y, at].astype(int) - frame.pixels[y, at + 6]
    after = picture[y, at] - picture[y, at + 6]
    assert (after < 0.75 * before).all()


def test_what_is_no_skin_is_not_powdered(context):
    person = face(near_m=0.3)
    pixels = portrait(person).pixels.copy()
    x, y = np.rint(person.landmarks["left_cheek"][:2]).astype(int)
    pixels[y - 25 : y, x - 40 : x + 40] = (40, 60, 190)  # a blue scarf
    pixels[y : y + 25, x - 40 : x + 40] = (18, 14, 12)  # dark hair
    frame = Frame(pixels, 0.0, 0)
    picture = drawn(context, frame, person, effects=["foundation(color=#b08060)", "blush(opacity=1)"])
    patch = slice(y - 22, y + 22), slice(x - 37, x + 37)
    assert np.abs(picture[patch].astype(int) - pixels[patch]).max() <= 2


def test_a_cheek_behind_the_nose_paints_nothing_on_it(context):
    person = face(yaw_deg=50, near_m=0.3)
    frame = portrait(person)
    marks = painted(drawn(context, frame, person, effects=["blush(opacity=1, color=#ff0000)"]), frame) > 3
    nose = np.rint(person.landmarks["nose_tip"][:2]).astype(int)
    assert not marks[nose[1] - 8 : nose[1] + 8, nose[0] - 8 : nose[0] + 8].any()
