"""On a classifier whose answer depends on one place alone."""

import numpy as np
import pytest

from arpipe.custom.explain.curves import curves
from arpipe.custom.explain.masks import occlusion, rise

SIDE = 56
PLACE = np.s_[10:22, 34:46]
CENTER = (0.285, 0.714)  # of the place, as shares of the side


@pytest.fixture
def picture():
    pixels = np.full((SIDE, SIDE, 3), 60, np.uint8)
    pixels[PLACE] = 250
    return pixels


def score(pictures):
    """How bright the place is."""
    return np.array([each[PLACE].mean() / 255.0 for each in pictures])


@pytest.mark.parametrize("method", [occlusion, rise])
def test_the_place_that_decides_is_the_hottest(picture, method):
    heat = method(score, picture)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    found = (row + 0.5) / heat.shape[0], (column + 0.5) / heat.shape[1]
    assert found == pytest.approx(CENTER, abs=0.08)


def test_rise_is_the_same_every_time(picture):
    assert (rise(score, picture, masks=32) == rise(score, picture, masks=32)).all()


def test_areas_tell_a_good_map_from_a_bad_one(picture):
    good = np.zeros((SIDE, SIDE), np.float32)
    good[PLACE] = 1.0
    right, wrong = curves(score, picture, good), curves(score, picture, -good)
    assert right.deletion_area < wrong.deletion_area
    assert right.insertion_area > wrong.insertion_area


def test_curves_begin_and_end_with_the_whole_picture(picture):
    found = curves(score, picture, np.zeros((SIDE, SIDE), np.float32))
    whole = score([picture])[0]
    assert found.deletion[0] == whole == found.insertion[-1]
    assert found.deletion[-1] == found.insertion[0] < whole
