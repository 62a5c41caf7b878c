"""Blinks, winks, nods and shakes, from made-up eyelids and poses."""

from itertools import islice

import numpy as np
import pytest

from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.io.sources import open_source
from arpipe.needs import Need
from arpipe.pipeline.perception import Perception
from arpipe.tracking.expressions.movements import Eyelids, HeadMovements, Lids
from arpipe.types import HeadPose

RATE = 30


def eyelids(*lids):
    recogniser = Eyelids()
    return [each for index, pair in enumerate(lids) for each in recogniser.update(Lids(*pair), index / RATE)]


OPEN, SHUT = (0.05, 0.05), (0.9, 0.9)


@pytest.mark.parametrize("frames", [2, 4, 12])
def test_a_blink_is_reported_with_its_duration(frames):
    (blink,) = eyelids(*[OPEN] * 10, *[SHUT] * frames, *[OPEN] * 10)
    assert blink.name == "blink"
    assert blink.started_s == pytest.approx(10 / RATE)
    assert blink.duration_s == pytest.approx(frames / RATE)


def test_each_of_several_blinks_is_reported():
    assert len(eyelids(*([OPEN] * 5 + [SHUT] * 3) * 4, *[OPEN] * 2)) == 4


def test_half_closed_eyes_and_noise_are_no_blink():
    noise = np.random.default_rng(0).uniform(0.0, 0.4, (100, 2))
    assert eyelids(*noise.tolist()) == []


def test_a_flutter_while_closed_is_one_blink():
    assert len(eyelids(*[OPEN] * 3, SHUT, (0.4, 0.4), SHUT, (0.38, 0.4), *[OPEN] * 3)) == 1


def test_eyes_that_were_never_open_do_not_blink():
    """Before the neutral face is learned, narrow eyes count as closed."""
    assert eyelids(*[(0.6, 0.6)] * 10, *[OPEN] * 5) == []


def test_sleep_is_no_blink():
    assert eyelids(OPEN, *[SHUT] * 60, OPEN) == []


@pytest.mark.parametrize(("lids", "name"), [((0.8, 0.1), "wink_left"), ((0.1, 0.8), "wink_right")])
def test_one_eye_is_a_wink(lids, name):
    (wink,) = eyelids(OPEN, *[lids] * 8, OPEN)
    assert wink.name == name


def test_one_missed_eye_for_a_moment_is_no_wink():
    assert eyelids(OPEN, (0.8, 0.1), (0.8, 0.1), OPEN) == []


def head(yaw=None, pitch=None, seconds=3.0, noise=0.3):
    recogniser, found = HeadMovements(), []
    rng = np.random.default_rng(0)
    for time_s in np.arange(0, seconds, 1 / RATE):
        angles = [(0.0 if angle is None else angle(time_s)) + rng.normal(0, noise) for angle in (yaw, pitch)]
        pose = HeadPose(
            RigidTransform(rotation_from_angles(*angles, 0.0), np.array([0, 0, 0.6])), np.zeros((478, 3)), 1.0
        )
        found += recogniser.update(pose, float(time_s))
    return [each.name for each in found]


def swing(size_deg, frequency_hz, cycles=2.0):
    return lambda time_s: (
        size_deg * np.sin(2 * np.pi * frequency_hz * (time_s - 0.5))
        if 0 <= time_s - 0.5 < cycles / frequency_hz
        else 0.0
    )


def test_a_nod_and_a_shake_are_told_apart():
    assert head(pitch=swing(6, 1.5)) == ["nod"]
    assert head(yaw=swing(12, 1.5)) == ["shake"]
    assert head(yaw=swing(12, 1.5), pitch=swing(4, 1.5)) == ["shake"]


def test_a_long_shake_is_reported_once_and_again_after_a_rest():
    assert head(yaw=swing(15, 2.0, cycles=8), seconds=6) == ["shake"] * 3


@pytest.mark.parametrize(
    "angles",
    [
        {},
        {"yaw": lambda time_s: 30 * np.tanh(3 * (time_s - 1))},
        {"pitch": lambda time_s: -20 if 1 < time_s < 2 else 0},
        {"yaw": swing(15, 0.3)},
        {"pitch": swing(1.5, 2.0)},
    ],
    ids=["still", "turn", "look down", "slowly", "slightly"],
)
def test_other_movements_are_neither(angles):
    assert head(**angles) == []


@pytest.mark.weights
def test_blinks_of_a_clip_are_those_counted_by_eye(shared_data):
    """Eyes close in frames 15, 39 and 63, and are open again from 20, 47 and 69 on."""
    with (
        open_source(shared_data / "incluit-driver/data/video2.mp4") as source,
        Perception(needs={Need.EXPRESSIONS}) as perception,
    ):
        results = [perception.detect(frame) for frame in islice(source, 80)]
    movements = [each for result in results for face in result.faces for each in face.movements]
    times = [result.frame.captured_s for result in results]
    assert [each.name for each in movements] == ["blink"] * 3
    for blink, (shut, opened) in zip(movements, ((15, 20), (39, 47), (63, 69)), strict=True):
        assert blink.started_s == pytest.approx(times[shut], abs=0.11)
        assert blink.ended_s == pytest.approx(times[opened], abs=0.21)
