"""Detections that the landmark network refuses again and again are looked at less and less often."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.tracking.refusals import FORGET_S, LONGEST_REST_S, Refusals
from arpipe.types import Roi

FPS = 30.0
FALSE, TRUE = Roi(np.array([100.0, 100.0]), 80.0, 0.0), Roi(np.array([300.0, 100.0]), 80.0, 0.0)


def looks(frames, score, roi_at=lambda index: FALSE):
    """Numbers of the frames in which a square is looked at that always has the same score."""
    refusals, seen = Refusals(), []
    for index in range(frames):
        for roi in refusals.due([roi_at(index)], index / FPS):
            refusals.judge(roi, score, index / FPS)
            seen.append(index)
    return seen


def test_the_rest_doubles_with_each_refusal_up_to_a_limit():
    seen = looks(200, score=0.001)
    rests = np.diff(seen)
    assert rests[:5].tolist() == [2, 4, 7, 13, 25]  # more than 1.5, 3, 6, 12 and 24 frames
    assert rests.max() == LONGEST_REST_S * FPS + 1


def test_a_doubtful_square_is_looked_at_in_every_frame():
    assert looks(5, score=0.3) == [0, 1, 2, 3, 4]


def test_other_squares_are_looked_at_at_once():
    refusals = Refusals()
    refusals.judge(FALSE, 0.0, 0.0)
    assert refusals.due([FALSE, TRUE], 0.01) == [TRUE]


def test_a_tremor_of_the_detection_does_not_end_the_rest():
    tremor = looks(20, 0.001, lambda index: replace(FALSE, center_px=FALSE.center_px + index % 3))
    assert tremor == looks(20, 0.001)


@pytest.mark.parametrize("later_s", [FORGET_S + 0.1, -0.1])
def test_a_square_is_forgotten_after_a_while_and_when_time_goes_back(later_s):
    refusals = Refusals()
    refusals.judge(FALSE, 0.0, 0.0)
    refusals.judge(FALSE, 0.0, 0.0)
    refusals.due([], later_s)
    refusals.judge(FALSE, 0.0, later_s)
    assert refusals.due([FALSE], later_s + 0.06) == [FALSE]  # the shortest rest
