"""Waves, swipes, pinches and circles of made-up hands."""

import numpy as np
import pytest

from arpipe.tracking.gestures.movements import HandMovements
from tests.tracking.gestures.hands import OPEN, hand, pinching, pointing, turned

RATE = 30
CENTER = np.array([600.0, 500.0])


def movements(*hands):
    recogniser = HandMovements()
    return [each for index, seen in enumerate(hands) for each in recogniser.update(seen, index / RATE)]


def names(*hands):
    return [each.name for each in movements(*hands)]


def path(step_px, frames, still=10):
    """A hand that rests, goes a way, and rests again."""
    shares = [*[0.0] * still, *np.linspace(0, 1, frames), *[1.0] * still]
    return [hand(at=CENTER + share * np.array(step_px)) for share in shares]


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ((300, 20), "swipe_left"),
        ((-300, -20), "swipe_right"),
        ((20, -300), "swipe_up"),
        ((0, 300), "swipe_down"),
    ],
)
def test_a_swipe_is_named_after_the_persons_sides(step, name):
    (swipe,) = movements(*path(step, 8))
    assert swipe.name == name
    assert 0 < swipe.duration_s <= 0.5


@pytest.mark.parametrize(
    "hands",
    [
        path((300, 0), 60),
        path((120, 0), 6),
        path((250, 200), 8),
        [hand()] * 60,
    ],
    ids=["slow", "short", "oblique", "still"],
)
def test_other_ways_are_no_swipe(hands):
    assert names(*hands) == []


def waving(frequency_hz, swing_rad=0.4, seconds=2.0, down=False):
    angles = swing_rad * np.sin(2 * np.pi * frequency_hz * np.arange(0, seconds, 1 / RATE))
    return [hand(turned(angle + (np.pi if down else 0.0))) for angle in angles]


def test_a_wave_is_recognised_within_its_second_oscillation():
    first = movements(*waving(2.0))[0]
    assert first.name == "wave"
    assert first.ended_s <= 1.0


@pytest.mark.parametrize(
    "hands",
    [waving(0.4), waving(2.0, swing_rad=0.05), waving(2.0, down=True), waving(1.5, seconds=0.5)],
    ids=["slow", "small", "hanging", "once"],
)
def test_other_oscillations_are_no_wave(hands):
    assert "wave" not in names(*hands)


def test_closing_thumb_and_index_finger_is_a_pinch():
    gaps = [1.0] * 5 + list(np.linspace(1.0, 0.1, 6)) + [0.1] * 10
    (pinch,) = movements(*[hand(pinching(gap)) for gap in gaps])
    assert pinch.name == "pinch"
    assert 10 / RATE <= pinch.ended_s <= 13 / RATE


@pytest.mark.parametrize("gaps", [[0.1] * 30, [1.0] * 30, list(np.linspace(1.0, 0.1, 90))])
def test_fingers_that_rest_or_close_slowly_are_no_pinch(gaps):
    assert names(*[hand(pinching(gap)) for gap in gaps]) == []


def test_a_fist_is_no_pinch():
    fist = pinching(0.1)
    fist[[8, 12, 16, 20]] = (0.0, 0.6)
    fist[4] = (-0.05, 0.65)
    assert names(*[hand(pinching(1.0))] * 5, *[hand(fist)] * 10) == []


def test_another_hand_that_is_taken_up_makes_no_movement():
    assert names(*[hand(at=(300, 500))] * 10, *[hand(at=(900, 500))] * 10) == []


def circling(radius_palms, seconds, turns, palms):
    angles = np.linspace(0, 2 * np.pi * turns, int(seconds * RATE))
    return [hand(palms, at=CENTER + 100 * radius_palms * np.array([np.cos(a), np.sin(a)])) for a in angles]


@pytest.mark.parametrize("turns", [1.3, -1.3])
def test_a_pointing_finger_that_goes_round_is_a_circle(turns):
    (circle,) = movements(*circling(0.7, 1.8, turns, pointing()))
    assert circle.name == "circle"
    assert circle.duration_s <= 2.5


def test_half_a_circle_a_small_one_or_one_of_the_open_hand_is_none():
    assert "circle" not in names(*circling(0.7, 1.0, 0.6, pointing()))
    assert "circle" not in names(*circling(0.1, 1.8, 1.3, pointing()))
    assert "circle" not in names(*circling(0.7, 1.8, 1.3, OPEN))


def test_hands_rest_between_movements():
    there, back = path((300, 0), 8, still=2), path((-300, 0), 8, still=2)
    assert len(names(*there, *back)) == 1
