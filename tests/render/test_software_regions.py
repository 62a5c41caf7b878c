"""Regions of a frame that is stored otherwise are drawn as in a frame of pixels."""

from dataclasses import replace
from itertools import chain, repeat

import pytest

from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.rasteriser.library import load_rasteriser
from arpipe.timing import StageTimer
from arpipe.types import EditedPicture, Frame
from tests.effects.building import activate
from tests.parts_only import PartsOnly
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at, result_of

pytestmark = pytest.mark.cpu

ONE = [face_at(pose_at(yaw_deg=20.0))]
TWO = [
    face_at(pose_at(place_m=(-0.14, 0.0, 0.8)), track_id=1),
    face_at(pose_at(yaw_deg=-15.0, place_m=(0.14, 0.0, 0.8)), track_id=2),
]


class ConvertedMeanwhile(PartsOnly):
    """A picture that another thread converts as a whole once its first region was copied."""

    def __init__(self, rgb):
        super().__init__(rgb)
        self.can_convert_all = True
        self._answers = chain([False], repeat(True))

    @property
    def has_pixels(self):
        return next(self._answers)


def draw(frame, faces, *effects):
    active = activate(load_rasteriser(), *effects)
    compositor = Compositor(load_rasteriser(), RenderConfig())
    try:
        result = result_of(frame, *faces)
        return compositor.draw_picture(result, CAMERA, active.layers, StageTimer())
    finally:
        compositor.close()
        active.close()


@pytest.mark.parametrize("effects", [("aviator",), ("evening",), ("evening", "wayfarer")])
@pytest.mark.parametrize("faces", [ONE, TWO])
def test_regions_equal_those_of_a_frame_of_pixels(effects, faces):
    frame = noisy_frame()
    stored = PartsOnly(frame.pixels)
    picture = draw(replace(frame, stored=stored), faces, *effects)
    expected = draw(frame, faces, *effects).pixels()
    assert isinstance(picture, EditedPicture)
    assert picture.changes() is not None
    stored.can_convert_all = True
    assert (picture.pixels() == expected).all()


def test_frames_with_nobody_are_not_converted():
    picture = draw(Frame(stored=PartsOnly(plain_frame().pixels)), [], "aviator")
    assert picture.changes() is None


@pytest.mark.parametrize(
    "effects", [("aviator", "debug"), ("debug", "aviator"), ("evening", "debug", "aviator")]
)
def test_layers_that_paint_get_all_pixels(effects):
    frame = noisy_frame()
    stored = PartsOnly(frame.pixels)
    stored.can_convert_all = True
    picture = draw(replace(frame, stored=stored), ONE, *effects)
    assert (picture.pixels() == draw(frame, ONE, *effects).pixels()).all()


def test_frames_that_are_converted_meanwhile_lose_nothing():
    frame = noisy_frame()
    picture = draw(replace(frame, stored=ConvertedMeanwhile(frame.pixels)), TWO, "aviator")
    assert (picture.pixels() == draw(frame, TWO, "aviator").pixels()).all()
