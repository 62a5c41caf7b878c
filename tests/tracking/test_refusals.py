"""Detections that the landmark network refuses again and again are looked at less and less often."""

from dataclasses import replace

import numpy as np

from arpipe.tracking.refusals import FORGET_AFTER, LONGEST_REST, Refusals
from arpipe.types import Roi

FALSE, TRUE = Roi(np.array([100.0, 100.0]), 80.0, 0.0), Roi(np.array([300.0, 100.0]), 80.0, 0.0)


def looks(frames, score, roi_at=lambda index: FALSE):
    """Numbers of the frames in which a square is looked at that always has the same score."""
    refusals, seen = Refusals(), []
    for index in range(frames):
        refusals.next_frame()
        for roi in refusals.due([roi_at(index)]):
            refusals.judge(roi, score)
            seen.append(index)
    return seen


def test_the_rest_doubles_with_each_refusal_up_to_a_limit():
    seen = looks(200, score=0.001)
    assert seen[:6] == [0, 2, 5, 10, 19, 36]
    assert np.diff(seen).max() == LONGEST_REST + 1


def test_a_doubtful_square_is_looked_at_in_every_frame():
    assert looks(5, score=0.3) == [0, 1, 2, 3, 4]


def test_other_squares_are_looked_at_at_once():
    refusals = Refusals()
    refusals.next_frame()
    refusals.judge(FALSE, 0.0)
    assert refusals.due([FALSE, TRUE]) == [TRUE]


def test_a_tremor_of_the_detection_does_not_end_the_rest():
    tremor = looks(20, 0.001, lambda index: replace(FALSE, center_px=FALSE.center_px + index % 3))
    assert tremor == looks(20, 0.001)


def test_a_square_in_which_nothing_was_detected_for_long_is_forgotten():
    refusals = Refusals()
    refusals.next_frame()
    refusals.judge(FALSE, 0.0)
    for _ in range(FORGET_AFTER + 1):
        refusals.next_frame()
    refusals.judge(FALSE, 0.0)
    refusals.next_frame()
    assert refusals.due([FALSE]) == []
    refusals.next_frame()
    assert refusals.due([FALSE]) == [FALSE]
