"""Telephones and cups before one eye hide glasses; what surrounds both eyes does not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.crop import FaceCropper
from arpipe.tracking.occlusion.things import ThingsBeforeEyes
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.tracking.occlusion.zones import find_zones
from arpipe.types import Frame
from tests.tracking.occlusion.pictures import SAMPLE, Sheet

FPS, BEFORE, SINCE, LONG = 30.0, 10, 24, 100
BLACK, BLUE, GREY, GREEN = (26, 26, 30), (40, 80, 165), (95, 96, 98), (60, 140, 80)
THING_MM = [(16, -42), (100, -42), (100, 55), (16, 55)]  # over the left eye, from beside the face
INSIDE_MM, CLEAR_MM = [(34, 0), (44, 6), (56, -6)], [(-31, 14), (-20, 16), (0, 12)]
OWN_GLASSES_MM = [(-62, -18), (62, -18), (60, 22), (-60, 22)]


@pytest.fixture(scope="module")
def result():
    with SampleSource(SAMPLE) as sample:
        return sitter(sample, 0)


def drawn(result, color, outline_mm, side):
    """The sample's frame with something over it."""
    sheet = Sheet(result, seed=6)
    sheet.fill(sheet.polygon([(side * x, y) for x, y in outline_mm]), color)
    return np.clip(np.rint(sheet.pixels), 0, 255).astype(np.uint8)


def covered_at(matte, result, places_mm, side):
    """How much glasses are hidden at places in mm, see `Sheet`."""
    pixels = result.frame.pixels
    plane = cv2.warpAffine(matte.covered, matte.image_from_crop.matrix, pixels.shape[1::-1])
    x, y = np.rint(Sheet(result, 0).px([(side * x, y) for x, y in places_mm])).astype(int).T
    return plane[y, x]


def last_matte(result, pictures, fps=FPS):
    """The matte in the last frame of a stream."""
    tracker = OcclusionTracker(OcclusionConfig(hands=False))
    for index, pixels in enumerate(pictures):
        face = replace(result.faces[0], state="tracked", age_frames=index)
        context = FrameContext(Frame(pixels, index / fps, index), StageTimer(), faces=(face,))
        (matte,) = tracker.update(context)
    return matte


@pytest.mark.parametrize(("color", "side"), [(BLACK, 1), (BLUE, -1), (GREY, 1)])
def test_a_thing_that_comes_before_an_eye_hides_glasses(result, color, side):
    pictures = [result.frame.pixels] * BEFORE + [drawn(result, color, THING_MM, side)] * SINCE
    matte = last_matte(result, pictures)
    assert covered_at(matte, result, INSIDE_MM, side).min() > 0.7
    assert covered_at(matte, result, CLEAR_MM, side).max() < 0.05


def test_the_colours_of_a_thing_are_not_learnt_as_skin(result):
    """Grey is the colour of skin in the shade."""
    pictures = [result.frame.pixels] * BEFORE + [drawn(result, GREY, THING_MM, 1)] * LONG
    assert covered_at(last_matte(result, pictures), result, INSIDE_MM, 1).min() > 0.9


def test_no_makeup_is_drawn_on_a_thing(result):
    """Not even where brows and eyes are expected."""
    pictures = [result.frame.pixels] * BEFORE + [drawn(result, BLUE, THING_MM, 1)] * SINCE
    matte = last_matte(result, pictures)
    makeup = replace(matte, covered=matte.bare)
    assert covered_at(makeup, result, [*INSIDE_MM, (40, -18), (32, -18)], 1).max() < 0.2


def test_a_face_that_stays_half_in_the_shade_gets_its_glasses_back(result):
    """What keeps the colour of shaded skin for ten seconds is skin."""
    pictures = [result.frame.pixels] * BEFORE + [drawn(result, GREY, THING_MM, 1)] * 3 * LONG
    assert covered_at(last_matte(result, pictures, fps=10.0), result, INSIDE_MM, 1).max() < 0.1


def test_glasses_come_back_when_it_is_gone(result):
    thing = drawn(result, BLUE, THING_MM, 1)
    pictures = [result.frame.pixels] * 4 + [thing] * 12 + [result.frame.pixels] * SINCE
    assert covered_at(last_matte(result, pictures), result, INSIDE_MM, 1).max() < 0.1


def test_a_thing_in_a_photo_hides_glasses(result):
    tracker = OcclusionTracker(OcclusionConfig(mode="image", hands=False))
    frame = Frame(drawn(result, GREEN, THING_MM, 1), 0.0, 0)
    (matte,) = tracker.update(FrameContext(frame, StageTimer(), faces=result.faces))
    assert covered_at(matte, result, INSIDE_MM, 1).min() > 0.8


@pytest.mark.parametrize(("is_seen", "found"), [(True, False), (False, True)], ids=["eye", "thing"])
def test_no_thing_is_before_an_eye_that_is_seen(result, is_seen, found):
    """In harsh light from one side, the shaded half of a face may not have the colours of skin."""
    pixels = (result.frame.pixels * 0.3).astype(np.uint8) if is_seen else drawn(result, GREY, THING_MM, 1)
    full = FaceCropper(256).crop(Frame(pixels, 0.0, 0), result.faces[0].landmarks)
    crop, zones = full.halved(), find_zones(full).hair
    skin = np.ones((crop.side, crop.side), np.float32)
    skin[:, round(float(crop.place("nose_tip")[0])) :] = 0.0
    assert (ThingsBeforeEyes().update(skin, crop, zones, 0.0) is not None) == found


@pytest.mark.parametrize("color", [BLACK, BLUE], ids=["black", "blue"])
def test_what_surrounds_both_eyes_does_not_hide_glasses(result, color):
    """Sunglasses of the person, for instance."""
    pictures = [result.frame.pixels] * BEFORE + [drawn(result, color, OWN_GLASSES_MM, 1)] * SINCE
    matte = last_matte(result, pictures)
    for side in (1, -1):
        assert covered_at(matte, result, [(34, 0), (44, 4), (25, -2)], side).max() < 0.05
