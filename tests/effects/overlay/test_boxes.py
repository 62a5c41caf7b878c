import numpy as np
import pytest

from arpipe.draw.labelled_box import class_color
from arpipe.effects.overlay.boxes import Boxes, BoxesParams
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.needs import Need
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.types import FoundObject, Frame, FrameResult, TrackedObject

GREY = np.full((240, 320, 3), 128, np.uint8)


def painted(*objects, **params):
    result = FrameResult(Frame(GREY.copy(), 0.0, 0), objects=objects)
    pixels = GREY.copy()
    camera = CameraIntrinsics.from_fov(320, 240, 60)
    Boxes(BoxesParams(**params)).paint(pixels, Scene(result, camera, RenderConfig(), LightEstimator()))
    return pixels


def cup(box=(60.0, 80.0, 160.0, 200.0), state="tracked", index=3):
    return TrackedObject(7, FoundObject(np.array(box), 0.9, index, "cup"), state, 2)


def test_it_needs_objects():
    assert Boxes.needs == {Need.OBJECTS}


def test_a_line_runs_along_the_box_and_its_inside_stays():
    pixels = painted(cup())
    color = np.array(class_color(3))
    for y, x in ((140, 60), (140, 160), (200, 110)):
        assert np.abs(pixels[y, x].astype(int) - color).max() < 40
    assert (pixels[100:190, 70:150] == 128).all()


def test_the_name_stands_above_the_box_or_inside_at_the_top_of_the_picture():
    above, inside = painted(cup()), painted(cup((60.0, 0.0, 160.0, 200.0)))
    assert (above[66:78, 64:90] != 128).any()
    assert (inside[2:14, 64:90] != 128).any()


def test_missed_objects_are_fainter():
    change = [
        np.abs(painted(cup(state=state)).astype(int) - 128)[140, 60].max()
        for state in ("tracked", "coasting")
    ]
    assert change[1] == pytest.approx(change[0] / 2, abs=3)


def test_boxes_beyond_the_picture_do_no_harm():
    assert painted(cup((-500.0, -500.0, 900.0, 900.0))).shape == GREY.shape


def test_classes_differ_in_colour():
    assert len({class_color(index) for index in range(20)}) == 20
