import numpy as np
import pytest

from arpipe.tracking.matching import best_match
from arpipe.types import Roi


def square(x, y, size=100.0, angle=0.0):
    return Roi(np.array([x, y], float), size, angle)


def test_the_square_that_overlaps_most_wins():
    others = [square(160, 100), square(110, 100), square(400, 400)]
    assert best_match(square(100, 100), others, 0.2) == 1


def test_too_little_overlap_is_no_match():
    assert best_match(square(0, 0), [square(90, 0)], 0.2) is None
    assert best_match(square(0, 0), [], 0.2) is None


@pytest.mark.parametrize("angle", [0.5, -2.0])
def test_the_turn_of_a_square_does_not_matter(angle):
    assert best_match(square(0, 0), [square(5, 5, angle=angle)], 0.5) == 0
