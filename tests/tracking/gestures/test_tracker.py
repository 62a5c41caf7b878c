"""Labels over time, from scripted scores."""

import numpy as np
import pytest

from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.gestures.config import GestureConfig
from arpipe.tracking.gestures.tracker import GestureTracker
from arpipe.types import GESTURE_NAMES, NO_GESTURE, Frame
from tests.tracking.gestures.hands import hand

RATE = 30


class ScriptedNetworks:
    """Answers with the scores of a script, frame after frame."""

    def __init__(self, *scores):
        self.scores = list(scores)

    def embed(self, hands, right_scores):
        self.right_scores = list(right_scores)
        return np.zeros((len(hands), 128), np.float32)

    def classify(self, embeddings):
        return np.tile(self.scores.pop(0), (len(embeddings), 1))


def scores(label, score=0.9):
    rest = (1.0 - score) / (len(GESTURE_NAMES) - 1)
    return np.array([score if name == label else rest for name in GESTURE_NAMES], np.float32)


def context(index, *hands, every=1):
    return FrameContext(
        Frame(np.zeros((8, 8, 3), np.uint8), index / RATE, index), StageTimer(), every=every, hands=hands
    )


def labels(script, config=None, follows=True):
    tracker = GestureTracker(config or GestureConfig(), follows, ScriptedNetworks(*script))
    return [tracker.update(context(index, hand()))[0].gesture.label for index in range(len(script))]


NONE, THUMB, FIST = scores(NO_GESTURE), scores("Thumb_Up"), scores("Closed_Fist")


def test_a_gesture_becomes_the_label_soon_and_stays():
    found = labels([NONE] * 10 + [THUMB] * 30)
    first = found.index("Thumb_Up")
    assert 10 < first <= 10 + 0.5 * RATE
    assert set(found[:first]) == {NO_GESTURE}
    assert set(found[first:]) == {"Thumb_Up"}


def test_short_or_unsure_gestures_are_none():
    assert set(labels([NONE] * 10 + [THUMB] * 3 + [NONE] * 10)) == {NO_GESTURE}
    assert set(labels([scores("Thumb_Up", 0.6)] * 40)) == {NO_GESTURE}


def test_a_label_does_not_flicker():
    found = labels([THUMB] * 20 + [scores("Thumb_Up", 0.6), NONE, THUMB, THUMB] * 5)
    assert set(found[10:]) == {"Thumb_Up"}


def test_another_gesture_takes_over():
    found = labels([THUMB] * 20 + [FIST] * 20)
    assert found[-1] == "Closed_Fist"


def test_photos_have_the_highest_score_as_label():
    assert labels([scores("Victory", 0.4), NONE], follows=False) == ["Victory", NO_GESTURE]


def test_the_rate_is_kept_and_the_last_gesture_stands_in_between():
    tracker = GestureTracker(GestureConfig(average_s=0, hold_frames=1), True, ScriptedNetworks(THUMB, FIST))
    found = [tracker.update(context(index, hand(), every=3))[0] for index in range(6)]
    assert [each.gesture.label for each in found] == ["Thumb_Up"] * 3 + ["Closed_Fist"] * 3
    assert all(each.embedding.shape == (128,) for each in found)


def test_a_missed_hand_keeps_its_gesture_without_a_run():
    networks = ScriptedNetworks(THUMB)
    tracker = GestureTracker(GestureConfig(average_s=0, hold_frames=1), True, networks)
    tracker.update(context(0, hand()))
    (seen,) = tracker.update(context(1, hand(state="coasting")))
    assert seen.gesture.label == "Thumb_Up"
    assert networks.scores == []


def test_sides_reach_the_network_as_shares_of_right():
    networks = ScriptedNetworks(NONE)
    tracker = GestureTracker(GestureConfig(), True, networks)
    tracker.update(context(0, hand(), hand(track_id=2, side="left")))
    assert networks.right_scores == pytest.approx([0.9, 0.1])


def test_no_hand_is_no_result():
    assert GestureTracker(GestureConfig(), True, ScriptedNetworks()).update(context(0)) == ()
