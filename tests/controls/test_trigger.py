import pytest
from pydantic import ValidationError

from arpipe.controls.trigger import TimeAverage, Trigger, TriggerTimes


def run(levels, fps=30.0, times=None, start_s=0.0):
    """Edges with their times, for levels at a frame rate."""
    trigger = Trigger(times or TriggerTimes())
    stamps = [(start_s + index / fps, level) for index, level in enumerate(levels)]
    edges = [(trigger.update(level, time_s), time_s) for time_s, level in stamps]
    return [(edge, round(time_s, 3)) for edge, time_s in edges if edge]


def held(seconds, fps, before_s=1.0, after_s=1.0):
    """A condition that holds for a while."""
    return [0.0] * round(before_s * fps) + [1.0] * round(seconds * fps) + [0.0] * round(after_s * fps)


@pytest.mark.parametrize("fps", [5.0, 7.5, 15.0, 24.0, 30.0, 60.0, 120.0])
def test_a_movement_of_half_a_second_triggers_once_at_any_frame_rate(fps):
    edges = run(held(0.6, fps), fps)
    assert [edge for edge, _ in edges] == ["start", "end"]
    start_s, end_s = edges[0][1], edges[1][1]
    assert 1.0 <= start_s <= 1.0 + 0.25 + 1.5 / fps
    assert 1.6 - 1.0 / fps <= end_s <= 1.6 + 0.15 + 1.5 / fps


def test_a_movement_triggers_when_the_frame_rate_changes_in_the_middle():
    trigger = Trigger(TriggerTimes())
    stamps = [index / 30 for index in range(30)] + [1.0 + index / 6 for index in range(8)]
    edges = [trigger.update(1.0 if 0.9 <= time_s < 1.5 else 0.0, time_s) for time_s in stamps]
    assert [edge for edge in edges if edge] == ["start", "end"]


def test_single_frames_and_flicker_trigger_nothing():
    assert run(held(1 / 30, 30.0)) == []
    assert run([1.0, 0.0] * 60) == []
    assert run([0.65] * 60) == []


def test_a_level_between_off_and_on_keeps_what_is():
    assert [edge for edge, _ in run([0.9] * 20 + [0.6] * 40 + [0.9] * 20)] == ["start"]
    assert run([0.6] * 60) == []


def test_it_rests_after_it_has_ended():
    levels = held(0.3, 30.0, 0.5, 0.2) + held(0.25, 30.0, 0.0, 1.0) + held(0.3, 30.0, 0.0, 1.0)
    restless = TriggerTimes(rest_s=0.0)
    assert [edge for edge, _ in run(levels)].count("start") == 2
    assert [edge for edge, _ in run(levels, times=restless)].count("start") == 3


def test_without_averaging_and_hold_it_begins_and_ends_at_once():
    assert run([0.0, 1.0, 0.0], times=TriggerTimes().instant) == [("start", 0.033), ("end", 0.067)]


def test_the_first_frame_can_trigger_only_what_is_instant():
    assert run([1.0]) == []
    assert run([1.0], times=TriggerTimes().instant) == [("start", 0.0)]


def test_another_stream_begins_when_time_goes_back():
    trigger = Trigger(TriggerTimes())
    for index in range(30):
        trigger.update(1.0, 10.0 + index / 30)
    assert trigger.is_on
    assert trigger.update(1.0, 0.0) is None
    assert not trigger.is_on


def test_a_pause_of_the_stream_counts_for_little():
    trigger = Trigger(TriggerTimes(hold_s=0.5))
    assert trigger.update(0.0, 0.0) is None
    assert trigger.update(1.0, 60.0) is None


def test_the_average_is_weighted_by_time():
    average = TimeAverage(0.2)
    average.add(0.0, 0.05)
    average.add(1.0, 0.15)
    assert average.add(1.0, 0.05) == pytest.approx(1.0)
    wide = TimeAverage(1.0)
    wide.add(0.0, 0.3)
    assert wide.add(1.0, 0.1) == pytest.approx(0.25)


def test_off_must_not_be_above_on():
    with pytest.raises(ValidationError, match=r"off=0.8 and on=0.7"):
        TriggerTimes(off=0.8)


def test_a_frame_whose_time_is_no_number_counts_for_nothing():
    trigger = Trigger(TriggerTimes(smooth_s=0.0, hold_s=0.1))
    times = (0.0, 0.05, float("nan"), 0.1, 0.15)
    assert [trigger.update(1.0, time_s) for time_s in times] == [None, None, None, "start", None]
