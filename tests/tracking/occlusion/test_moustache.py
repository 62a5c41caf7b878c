"""Lipstick stays off moustaches that hang over the lips."""

import cv2
import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.moustache import Moustache, find_moustache
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Frame
from tests.tracking.occlusion.pictures import DARK_HAIR, SAMPLE, Sheet

SKIN = np.array([37.5, 5.0, 15.0], np.float32)  # a lightness of 150


def filled(shape, outline):
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32).reshape(-1, 1, 2)], 1)
    return canvas > 0


def bare_lips(*, moustache):
    """How much makeup may be drawn on the upper half of the upper lip, and on the lower lip."""
    with SampleSource(SAMPLE) as sample:
        result = sitter(sample, 0)
    sheet, points = Sheet(result, seed=5), result.faces[0].landmarks
    outer, inner = (points.region(name)[:, :2] for name in ("lips_outer", "lips_inner"))
    shape = sheet.truth.shape
    lips = filled(shape, outer) & ~filled(shape, inner)
    seam = float(inner[:, 1].mean())
    rows = np.arange(shape[0])[:, None]
    if moustache:
        (left, top), (right, _) = outer.min(axis=0), outer.max(axis=0)
        box = np.array(
            [(left - 4, top - 14), (right + 4, top - 14), (right + 4, seam - 1), (left - 4, seam - 1)]
        )
        sheet.fill(filled(shape, box).astype(np.float32), DARK_HAIR, texture=4.0)
    pixels = np.clip(np.rint(sheet.pixels), 0, 255).astype(np.uint8)
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    context = FrameContext(Frame(pixels, 0.0, 0), StageTimer(), faces=result.faces)
    (matte,) = tracker.update(context)
    bare = cv2.warpAffine(matte.bare, matte.image_from_crop.matrix, shape[::-1])
    return bare[lips & (rows < seam - 3)].mean(), bare[lips & (rows > seam + 3)].mean()


def test_a_moustache_over_the_upper_lip_leaves_the_lower_one():
    upper, lower = bare_lips(moustache=True)
    assert upper < 0.15  # of which most is the edge
    assert lower > 0.9


def test_lips_without_a_moustache_are_bare():
    upper, lower = bare_lips(moustache=False)
    assert upper > 0.95
    assert lower > 0.95


@pytest.mark.parametrize(("level", "certainty"), [(150.0, 0.0), (110.0, 0.0), (60.0, 1.0)])
def test_a_shaded_strip_is_no_moustache(level, certainty):
    """A nose shades the strip by up to 30 %."""
    lightness = np.full((30, 40), level, np.float32)
    outline = np.array([(5, 15), (35, 15), (20, 25)], np.float32)
    assert find_moustache(SKIN, lightness, lightness > 0, outline, side=128).certainty == certainty


def test_nostrils_above_a_raised_lip_are_no_moustache():
    lightness = np.full((40, 60), 150.0, np.float32)
    lightness[:6, 15:45] = 20.0
    outline = np.array([(5, 20), (30, 12), (55, 20), (30, 35)], np.float32)
    assert find_moustache(SKIN, lightness, lightness > 0, outline, side=128).certainty == 0.0


@pytest.mark.parametrize("left", [5, -15, -25])
def test_lips_that_reach_out_of_the_crop_have_a_moustache_where_they_are_seen(left):
    lightness = np.full((40, 60), 40.0, np.float32)
    outline = np.array([(left, 20), (left + 25, 15), (left + 50, 20), (left + 25, 35)], np.float32)
    assert find_moustache(SKIN, lightness, lightness > 0, outline, side=128).certainty == 1.0


def test_the_lower_lip_of_an_open_mouth_is_free_however_dark():
    teeth = np.zeros((9, 4), np.float32)
    teeth[3:6] = 1.0
    dark = np.full(teeth.shape, 40, np.uint8)
    moustache = Moustache(1.0, 50.0, 80.0)
    opened, closed = (moustache.cover(dark, teeth, opening) for opening in (0.3, 0.02))
    assert opened[:3].min() == closed.min() == 1.0
    assert opened[6:].max() == 0.0
