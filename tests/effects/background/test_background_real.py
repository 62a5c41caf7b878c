"""Backgrounds through the whole pipeline, with the real networks."""

import cv2
import numpy as np
import pytest
from PIL import Image

from arpipe import Pipeline
from arpipe.errors import AssetError
from arpipe.io.sample import sample_portrait
from arpipe.render.layer import Layer
from arpipe.types import Frame
from tests.effects.color_difference import delta_e
from tests.effects.cut_out import sample_truth

pytestmark = [pytest.mark.weights, pytest.mark.gl]

RIM_PX = 6


def ring(mask):
    """What lies within 6 px outside the person."""
    person = (mask > 0.02).astype(np.uint8)
    side = 2 * RIM_PX + 1
    near = cv2.dilate(person, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return (near > 0) & (person == 0)


class Needless(Layer):
    """An effect that needs nothing and draws nothing."""


def test_the_mask_is_made_only_for_those_who_need_it():
    frame = sample_portrait(640, 360)
    with Pipeline(layers=[Needless()]) as pipeline:
        assert pipeline.detect(frame).mask is None
        pipeline.set_effects(["background(blur=9)"])
        assert pipeline.detect(frame).mask.shape == (360, 640)
        pipeline.set_effects(["filter(kernel=sharpen)"])
        assert pipeline.detect(frame).mask is None


def test_no_glow_around_a_person_before_any_background():
    frame, truth, _ = sample_truth(60)
    rim = ring(truth)
    with Pipeline(effects=["background(color=#1e8c46)"]) as pipeline:
        drawn = pipeline.process(frame).pixels
    assert delta_e(np.rint(drawn[rim].mean(axis=0)), np.array([30, 140, 70])) <= 4.0


def test_glasses_makeup_and_background_go_together():
    frame = sample_portrait(640, 360)
    with Pipeline(effects=["background(color=#00ff00)", "aviator", "bold-lip"]) as pipeline:
        together = pipeline.process(frame)
        pipeline.set_effects(["aviator", "bold-lip"])
        pipeline.reset()
        without = pipeline.process(frame)
    face = together.result.faces[0]
    x0, y0, x1, y1 = np.rint(face.landmarks.box_px).astype(int)
    inner = np.s_[y0 + 10 : y1 - 10, x0 + 25 : x1 - 25]
    assert np.abs(together.pixels[inner].astype(int) - without.pixels[inner]).mean() < 1.0
    assert (together.pixels[:20, -20:] == (0, 255, 0)).all()
    assert together.alpha is None


def test_a_transparent_picture_keeps_person_and_glasses():
    frame = sample_portrait(640, 360)
    with Pipeline(effects=["background(transparent=true)", "oversized"]) as pipeline:
        picture = pipeline.process(frame)
    rgba = picture.with_alpha
    assert rgba.shape == (360, 640, 4)
    assert (rgba[:20, -20:] == 0).all()
    face = picture.result.faces[0].landmarks
    for name in ("nose_tip", "left_temple", "right_temple", "chin"):
        x, y = np.rint(face[name][:2]).astype(int)
        assert rgba[y, x, 3] > 250, name


def test_pictures_of_a_few_pixels_go_through():
    with Pipeline(effects=["background(blur=18)", "filter(kernel=sharpen, on=background)"]) as pipeline:
        for size in ((16, 16), (1, 1)):
            frame = Frame(np.full((*size, 3), 90, np.uint8), 0.0, 0)
            pipeline.reset()
            picture = pipeline.process(frame)
            assert picture.result.mask.shape == size
            assert np.abs(picture.pixels.astype(int) - 90).max() <= 1


def test_a_missing_background_picture_is_an_error_before_anything_is_drawn(tmp_path):
    with pytest.raises(AssetError, match=r"office\.jpg"):
        Pipeline(effects=["background(image=office.jpg)"])
    Image.new("RGB", (4, 4), (9, 9, 9)).save(tmp_path / "office.png")
    with Pipeline(effects=[f"background(image={tmp_path / 'office.png'})"]) as pipeline:
        drawn = pipeline.process(sample_portrait(320, 180)).pixels
    assert (drawn[:9, -9:] == 9).all()
