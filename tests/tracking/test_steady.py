import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.tracking.steady import settle
from arpipe.types import Roi

LAST = Roi(np.array([300.0, 200.0]), 150.0, 3.1)


def moved(shift=0.0, stretch=1.0, turn=0.0):
    return Roi(
        LAST.center_px + np.array([shift * LAST.size_px, 0.0]), LAST.size_px * stretch, LAST.angle_rad + turn
    )


@pytest.mark.parametrize("wanted", [moved(shift=0.02), moved(stretch=1.03), moved(turn=0.02)])
def test_a_real_move_is_followed_at_once(wanted):
    assert settle(LAST, wanted, 0.015) is wanted


@pytest.mark.parametrize("wanted", [moved(), moved(shift=0.001), moved(stretch=0.999)])
def test_without_rest_every_tremor_is_followed(wanted):
    assert settle(LAST, wanted, 0.0) is wanted


def test_a_tremor_moves_the_square_by_its_own_share():
    settled = settle(LAST, moved(shift=0.0015), 0.015)
    assert settled.center_px[0] - 300.0 == pytest.approx(0.1 * 0.0015 * 150.0)


def test_a_turn_past_half_a_circle_is_a_small_turn():
    wanted = Roi(LAST.center_px, LAST.size_px, LAST.angle_rad - 2 * np.pi + 0.003)
    assert settle(LAST, wanted, 0.015).angle_rad == pytest.approx(3.1 + 0.003 * 0.2)


@given(
    shift=st.floats(-0.01, 0.01),
    stretch=st.floats(0.99, 1.01),
    turn=st.floats(-0.01, 0.01),
)
def test_the_settled_square_lies_between_both(shift, stretch, turn):
    wanted = moved(shift, stretch, turn)
    settled = settle(LAST, wanted, 0.015)
    assert abs(settled.center_px[0] - 300.0) <= abs(wanted.center_px[0] - 300.0) + 1e-9
    assert min(150.0, wanted.size_px) - 1e-9 <= settled.size_px <= max(150.0, wanted.size_px) + 1e-9
    assert abs(settled.angle_rad - 3.1) <= abs(turn) + 1e-9
