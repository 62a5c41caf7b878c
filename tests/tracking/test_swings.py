from itertools import pairwise

import numpy as np
import pytest

from arpipe.tracking.swings import Swings

RATE = 30


def swings_of(values, smallest=1.0, remember_s=10.0):
    swings = Swings(smallest, remember_s)
    found = ()
    for index, value in enumerate(values):
        found = swings.update(float(value), index / RATE)
    return found


def test_a_still_or_trembling_value_does_not_swing():
    tremor = np.random.default_rng(0).uniform(-0.4, 0.4, 300)
    assert swings_of(tremor) == ()


def test_a_step_is_one_swing_that_begins_when_the_value_leaves():
    (swing,) = swings_of([0.0] * 30 + list(np.linspace(0, 3, 10)) + [3.0] * 5)
    assert swing.size == pytest.approx(3.0)
    assert swing.began_s == pytest.approx(30 / RATE, abs=0.1)
    assert 38 / RATE <= swing.ended_s <= 45 / RATE


def test_a_wave_is_swings_of_alternating_directions():
    seconds = np.arange(0, 2, 1 / RATE)
    found = swings_of(2 * np.sin(2 * np.pi * seconds))
    assert len(found) >= 4
    sizes = [swing.size for swing in found[1:-1]]
    assert all(one * other < 0 for one, other in pairwise(sizes))
    assert np.abs(sizes) == pytest.approx([4.0] * len(sizes), abs=0.1)


def test_old_swings_are_forgotten():
    seconds = np.arange(0, 2, 1 / RATE)
    found = swings_of([*(2 * np.sin(2 * np.pi * seconds)), *[0.0] * 60], remember_s=0.5)
    assert len(found) <= 1


def test_after_a_reset_the_path_begins_anew():
    swings = Swings(1.0, 10.0)
    swings.update(0.0, 0.0)
    swings.update(5.0, 0.1)
    swings.reset()
    assert swings.update(9.0, 0.2) == ()
