import numpy as np
import pytest
from pydantic import ValidationError

from arpipe.models.hands import HandObservation
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.networks import Networks
from arpipe.types import Frame, Landmarks, Roi

PIXELS = np.zeros((48, 64, 3), np.uint8)
SQUARE = Roi(np.array([32.0, 24.0]), 30.0, 0.0)


class OneHand:
    """A hand that never moves, right or left as the list of scores says."""

    def __init__(self, right_scores):
        self._scores = right_scores

    def detect(self, frame, timer):
        return [SQUARE]

    def locate(self, frame, rois, timer):
        points = np.random.default_rng(1).uniform(10, 40, (21, 3)).astype(np.float32)
        landmarks = Landmarks(points, 0.9, load_topology("hand"))
        return [HandObservation(landmarks, SQUARE, points / 100, self._scores[frame.index])] * len(rois)


def sides(scores, **config):
    hand = OneHand(scores)
    tracker = HandTracker(HandTrackerConfig(**config), Networks(hand, lambda roi: roi, hand))
    frames = (Frame(PIXELS, index / 30, index) for index in range(len(scores)))
    return [
        (hand.side, hand.side_score)
        for frame in frames
        for hand in tracker.update(FrameContext(frame, StageTimer()))
    ]


def test_one_doubtful_view_does_not_swap_the_hand():
    assert [side for side, _ in sides([0.9, 0.95, 0.1, 0.9, 0.9])] == ["right"] * 5


def test_a_wrong_first_answer_is_corrected():
    assert [side for side, _ in sides([0.45, *[0.98] * 5])] == ["left", *["right"] * 5]


def test_score_is_the_trust_in_the_side_said():
    assert sides([0.2], mode="image") == [("left", pytest.approx(0.8))]
    assert sides([0.9, 0.2], mode="image")[1] == ("left", pytest.approx(0.8))


class Absent(OneHand):
    """No hand until one comes, and then it stays; counts the searches."""

    def __init__(self, comes):
        super().__init__([0.9] * 100)
        self.comes, self.searched = comes, []

    def detect(self, frame, timer):
        self.searched.append(frame.index)
        return super().detect(frame, timer) if frame.index >= self.comes else []


@pytest.mark.parametrize(
    ("config", "searched", "found"),
    [
        ({"mode": "live"}, [0, 3, 6, 9], 9),
        ({"mode": "video"}, list(range(9)), 8),
        ({"mode": "live", "redetect_every": 2}, [0, 2, 4, 6, 8], 8),
    ],
)
def test_a_live_stream_without_hands_is_searched_now_and_then(config, searched, found):
    hand = Absent(comes=8)
    tracker = HandTracker(HandTrackerConfig(**config), Networks(hand, lambda roi: roi, hand))
    seen = [
        bool(tracker.update(FrameContext(Frame(PIXELS, index / 30, index), StageTimer())))
        for index in range(11)
    ]
    assert seen.index(True) == found
    assert [index for index in hand.searched if index <= found] == searched


def test_more_than_four_hands_are_refused():
    with pytest.raises(ValidationError, match="max_hands"):
        HandTrackerConfig(max_hands=5)
