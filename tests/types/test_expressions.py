"""Expressions, gestures and movements as values."""

import json

import numpy as np
import pytest

from arpipe.topology import load_topology
from arpipe.types import (
    EXPRESSION_NAMES,
    GESTURE_NAMES,
    Expressions,
    Gaze,
    Gesture,
    Landmarks,
    Movement,
    TrackedFace,
    TrackedHand,
)
from arpipe.types.expressions import DERIVED


def expressions(**scores):
    return Expressions({**dict.fromkeys(EXPRESSION_NAMES, 0.0), **scores})


def landmarks(name):
    topology = load_topology(name)
    return Landmarks(np.ones((topology.count, 3), np.float32), 1.0, topology)


def test_there_are_52_names_of_which_none_occurs_twice():
    assert len(set(EXPRESSION_NAMES)) == len(EXPRESSION_NAMES) == 52
    left = {name.removesuffix("Left") for name in EXPRESSION_NAMES if name.endswith("Left")}
    right = {name.removesuffix("Right") for name in EXPRESSION_NAMES if name.endswith("Right")}
    assert left == right


def test_an_unknown_expression_is_an_error_with_the_nearest_name():
    seen = expressions(jawOpen=0.5)
    assert seen["jawOpen"] == 0.5
    assert len(seen) == 52
    assert "jawOpen" in seen
    with pytest.raises(KeyError, match=r"no expression 'jawopen'; did you mean 'jawOpen'"):
        seen["jawopen"]


@pytest.mark.parametrize(
    ("scores", "derived"),
    [
        ({}, {}),
        ({"jawOpen": 0.7}, {"mouth_open": 0.7}),
        ({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.4}, {"smile": 0.6}),
        ({"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9}, {"blink_left": 0.9, "blink_right": 0.9}),
        (
            {"eyeBlinkRight": 0.9, "eyeBlinkLeft": 0.1},
            {"blink_left": 0.1, "blink_right": 0.9, "wink_right": 0.8},
        ),
        ({"eyeBlinkLeft": 0.5}, {"blink_left": 0.5, "wink_left": 0.5}),
        ({"browInnerUp": 0.3, "browOuterUpLeft": 0.2}, {"brow_raise": 0.3}),
        ({"browOuterUpRight": 0.8, "browOuterUpLeft": 0.8}, {"brow_raise": 0.8}),
    ],
)
def test_derived_values_follow_from_the_scores(scores, derived):
    assert expressions(**scores).derived() == pytest.approx({**dict.fromkeys(DERIVED, 0.0), **derived})


def test_a_face_lists_its_expression_only_where_it_was_asked_for():
    plain = TrackedFace(1, landmarks("face"), None, "tracked", 3)
    assert set(plain.to_dict()) == {"id", "state", "score", "box", "landmarks", "pose"}
    blink = Movement("blink", 1.0, 1.25)
    full = TrackedFace(
        1, landmarks("face"), None, "tracked", 3, {}, expressions(jawOpen=0.123456), Gaze(1.0, -2.0), (blink,)
    )
    record = json.loads(json.dumps(full.to_dict()))
    assert record["expressions"]["jawOpen"] == 0.1235
    assert record["derived"]["mouth_open"] == 0.1235
    assert record["gaze"] == {"gaze_yaw_deg": 1.0, "gaze_pitch_deg": -2.0}
    assert record["movements"] == [{"name": "blink", "started_s": 1.0, "duration_s": 0.25}]


def test_a_hand_lists_its_gesture_only_where_it_was_asked_for():
    place = (1, landmarks("hand"), np.zeros((21, 3), np.float32), "left", 0.9, "tracked", 3)
    plain = TrackedHand(*place).to_dict()
    scores = {**dict.fromkeys(GESTURE_NAMES, 0.0), "Victory": 1.0}
    record = TrackedHand(*place, gesture=Gesture("Victory", 1.0, scores)).to_dict()
    assert {key: record.pop(key) for key in ("gesture", "gesture_score", "gesture_scores", "movements")} == {
        "gesture": "Victory",
        "gesture_score": 1.0,
        "gesture_scores": scores,
        "movements": [],
    }
    assert record == plain
