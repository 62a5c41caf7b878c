"""The panel of expressions and gestures."""

import numpy as np

from arpipe.apps.window import panels
from arpipe.apps.window.readings import MOVEMENT_S, ReadingsLog, detects_readings
from arpipe.topology import load_topology
from arpipe.types import (
    EXPRESSION_NAMES,
    GESTURE_NAMES,
    Expressions,
    Frame,
    FrameResult,
    Gaze,
    Gesture,
    Landmarks,
    Movement,
    TrackedFace,
    TrackedHand,
)


def result(time_s=0.0, movements=(), **scores):
    topology = load_topology("face")
    landmarks = Landmarks(np.ones((topology.count, 3), np.float32), 1.0, topology)
    expressions = Expressions({**dict.fromkeys(EXPRESSION_NAMES, 0.0), **scores})
    face = TrackedFace(1, landmarks, None, "tracked", 3, {}, expressions, Gaze(4.6, -2.0), movements)
    hand_topology = load_topology("hand")
    hand_landmarks = Landmarks(np.ones((21, 3), np.float32), 1.0, hand_topology)
    gesture = Gesture("Thumb_Up", 0.87, dict.fromkeys(GESTURE_NAMES, 0.0))
    hand = TrackedHand(1, hand_landmarks, np.zeros((21, 3), np.float32), "left", 0.9, "tracked", 3, gesture)
    return FrameResult(Frame(np.zeros((8, 8, 3), np.uint8), time_s, 0), faces=(face,), hands=(hand,))


def test_readings_are_derived_values_then_the_highest_scores():
    readings = ReadingsLog().read(result(jawOpen=0.7, cheekPuff=0.2))
    assert dict(readings.scores)["mouth open"] == 0.7
    assert readings.scores[-2:] == (("jawOpen", 0.7), ("cheekPuff", 0.2))
    assert readings.lines == ("gaze: +5° sideways, -2° up", "left hand: Thumb Up, 87%")


def test_movements_stay_in_view_for_a_moment():
    log = ReadingsLog()
    log.observe(result(1.0, (Movement("blink", 0.8, 1.0),)))
    log.observe(result(1.0 + 0.9 * MOVEMENT_S))
    assert log.read(result()).lines[-1] == "movement: blink"
    log.observe(result(1.0 + 1.1 * MOVEMENT_S))
    assert "movement" not in log.read(result()).lines[-1]


def test_results_without_expressions_are_told():
    empty = FrameResult(Frame(np.zeros((8, 8, 3), np.uint8), 0.0, 0))
    assert detects_readings(result())
    assert not detects_readings(empty)
    assert ReadingsLog().read(empty).scores == ()


def test_longer_bars_are_higher_scores():
    def drawn(value):
        return int((panels.scores("Scores", (("smile", value),), (), 1.0)[..., 2] > 240).sum())

    assert drawn(0.0) < drawn(0.4) < drawn(0.9)
