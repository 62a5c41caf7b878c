from dataclasses import replace

import pytest

from arpipe.controls.condition import parse_condition
from arpipe.controls.config import DriveConfig
from arpipe.controls.drive import Drive
from arpipe.controls.signals import Moment
from arpipe.controls.trigger import TriggerTimes
from arpipe.controls.watch import ConditionWatch
from arpipe.needs import Need
from tests.controls import results


def open_mouth(time_s, index, jaw):
    return results.result(time_s, index, faces=[results.face(scores={"jawOpen": jaw})])


def test_events_have_name_time_and_duration():
    events = []
    watch = ConditionWatch()
    watch.add("mouth", parse_condition("expression.jawOpen > 0.5"), TriggerTimes(), events.append)
    for index in range(90):
        watch.observe(open_mouth(index / 30, index, 0.9 if 30 <= index < 60 else 0.0))
    start, end = (event.to_dict() for event in events)
    assert start == {
        "event": "mouth",
        "edge": "start",
        "time_s": pytest.approx(1.2, abs=0.04),
        "frame": start["frame"],
        "level": 1.0,
        "duration_s": 0.0,
    }
    assert end["edge"] == "end"
    assert end["duration_s"] == pytest.approx(end["time_s"] - start["time_s"], abs=1e-3)
    assert events[0].result.frame.index == start["frame"]


def test_a_movement_is_an_event_in_the_frame_that_completes_it():
    events = []
    watch = ConditionWatch()
    watch.add("nod", parse_condition("nod"), TriggerTimes(), events.append)
    for index in range(10):
        face = results.face(movements=["nod"] if index == 4 else [])
        watch.observe(results.result(index / 30, index, faces=[face]))
    assert [(event.edge, event.frame) for event in events] == [("start", 4), ("end", 5)]


def test_needs_are_those_of_all_conditions_and_the_recognizer():
    watch = ConditionWatch(needs=frozenset({Need.GESTURES}))
    watch.add("a", parse_condition("smile"), TriggerTimes(), print)
    watch.add("b", parse_condition("body.left_wrist above nose"), TriggerTimes(), print)
    assert watch.needs == {Need.GESTURES, Need.EXPRESSIONS, Need.BODY}


def test_classes_come_from_the_recognizer():
    class Classifier:
        def update(self, result):
            return type(
                "Classes", (), {"scores": {"wave": 0.9 if result.frame.index > 5 else 0.1, "none": 0.5}}
            )()

    events = []
    watch = ConditionWatch(Classifier())
    watch.add("wave", parse_condition('class == "wave"', ["wave", "none"]), TriggerTimes(), events.append)
    for index in range(30):
        watch.observe(results.result(index / 30, index))
    assert [event.name for event in events] == ["wave"]


def test_another_stream_begins_anew():
    events = []
    watch = ConditionWatch()
    watch.add("mouth", parse_condition("expression.jawOpen > 0.5"), TriggerTimes(), events.append)
    for start_s in (0.0, 100.0):
        for index in range(15):
            result = open_mouth(start_s + index / 30, index, 0.9)
            watch.observe(replace(result, begins_stream=index == 0))
    assert [event.edge for event in events] == ["start", "start"]


def driven(readings, fps=30.0, **config):
    drive = Drive(DriveConfig.model_validate({"drive": "lipstick.opacity", "by": "jawOpen", **config}))
    return [
        drive.update(Moment(open_mouth(index / fps, index, reading)))
        for index, reading in enumerate(readings)
    ]


def test_a_drive_maps_one_range_onto_another_and_stops_at_its_ends():
    settings = {"from": [0.2, 0.6], "to": [1.0, 0.0], "smooth_s": 0.0}
    assert driven([0.0, 0.2, 0.4, 0.6, 0.9], **settings) == pytest.approx(
        [1.0, 1.0, 0.5, 0.0, 0.0], abs=0.005
    )


def test_a_drive_is_smooth_and_takes_steps():
    values = driven([0.0] * 5 + [1.0] * 5)
    assert values == sorted(values)
    assert 0.0 < values[5] < 0.5
    assert values[-1] == 1.0
    assert driven([0.5, 0.5001], smooth_s=0.0)[0] == driven([0.5, 0.5001], smooth_s=0.0)[1]


def test_a_drive_keeps_its_value_while_the_subject_is_missing():
    drive = Drive(DriveConfig(drive="lipstick.opacity", by="jawOpen", smooth_s=0.0))
    assert drive.update(Moment(results.result())) == 0.0
    assert drive.update(Moment(open_mouth(0.1, 1, 1.0))) == 1.0
    assert drive.update(Moment(results.result(0.2, 2))) == 1.0
