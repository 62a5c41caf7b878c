import numpy as np
import pytest

from arpipe.render.cut_out import LEVELS, opacity_of, over_checkerboard
from arpipe.render.layer import Layer
from arpipe.types import StoredRgb

RED = np.full((90, 120, 3), (200, 10, 20), np.uint8)


class Cutter(Layer):
    """Stands for a layer that cuts something out."""

    def __init__(self, alpha):
        self.alpha = alpha

    def coverage(self, pixels):
        return self.alpha


def test_an_opaque_picture_is_shown_as_it_is():
    assert over_checkerboard(RED, None) is RED
    assert (over_checkerboard(RED, np.full((90, 120), 255, np.uint8)) == RED).all()


def test_what_is_transparent_shows_a_board_of_two_greys():
    before = RED.copy()
    shown = over_checkerboard(RED, np.zeros((90, 120), np.uint8))
    assert set(np.unique(shown)) == set(LEVELS)
    assert (shown == LEVELS[0]).mean() == pytest.approx(0.5, abs=0.01)
    assert (shown[0, 0] != shown[0, 2]).all()
    assert (before == RED).all()


def test_what_is_half_transparent_shows_both():
    shown = over_checkerboard(RED, np.full((90, 120), 128, np.uint8)).astype(int)
    board = over_checkerboard(RED, np.zeros((90, 120), np.uint8))
    assert np.abs(shown - (board * (127 / 255) + RED * (128 / 255))).max() <= 0.51


@pytest.mark.parametrize("size", [(1, 1), (2, 300)])
def test_small_and_narrow_pictures_have_a_board_too(size):
    assert over_checkerboard(np.zeros((*size, 3), np.uint8), np.zeros(size, np.uint8)).shape == (*size, 3)


def test_the_first_layer_that_cuts_out_says_the_opacity():
    alpha = np.zeros((90, 120), np.uint8)
    assert opacity_of([Layer(), Cutter(None)], StoredRgb(RED)) is None
    assert opacity_of([Layer(), Cutter(None), Cutter(alpha)], StoredRgb(RED)) is alpha
