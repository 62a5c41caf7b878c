from dataclasses import replace
from types import SimpleNamespace

import pytest

from arpipe.controls.config import DriveConfig
from arpipe.controls.drive import Drive
from arpipe.controls.signals import ConditionInput
from arpipe.controls.trigger import TriggerTimes
from arpipe.controls.watch import ConditionWatch
from arpipe.errors import ConfigError
from arpipe.needs import Need
from tests.controls import results


def open_mouth(time_s, index, jaw):
    return results.result(time_s, index, faces=[results.face(scores={"jawOpen": jaw})])


def test_events_have_name_time_and_duration():
    events = []
    watch = ConditionWatch()
    watch.add("mouth", "expression.jawOpen > 0.5", TriggerTimes(), events.append)
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
    watch.add("nod", "nod", TriggerTimes(), events.append)
    for index in range(10):
        face = results.face(movements=["nod"] if index == 4 else [])
        watch.observe(results.result(index / 30, index, faces=[face]))
    assert [(event.edge, event.frame) for event in events] == [("start", 4), ("end", 5)]


class Classes:
    """A recogniser that says "wave" from the seventh frame of each stream on."""

    classes = ("wave", "none")
    needs = frozenset({Need.GESTURES})

    def stream(self):
        self.count = 0
        return self

    photos = stream

    def update(self, result):
        self.count += 1
        return SimpleNamespace(label="wave" if self.count > 6 else "none")


def test_needs_are_those_of_all_conditions_and_of_the_recogniser_that_is_used():
    watch = ConditionWatch(Classes())
    watch.add("a", "smile", TriggerTimes(), print)
    assert watch.needs == {Need.EXPRESSIONS}
    watch.add("b", 'class == "wave"', TriggerTimes(), print)
    assert watch.needs == {Need.GESTURES, Need.EXPRESSIONS}


def test_classes_come_from_the_recogniser_and_are_not_averaged_again():
    events = []
    watch = ConditionWatch(Classes())
    watch.add("wave", 'class == "wave"', TriggerTimes(), events.append)
    for index in range(20):
        watch.observe(replace(results.result(index / 30, index), begins_stream=index in (0, 10)))
    assert [(event.edge, event.frame) for event in events] == [("start", 6), ("start", 16)]


def test_a_label_is_averaged_where_that_is_asked_for():
    events = []
    watch = ConditionWatch(Classes())
    watch.add("wave", 'class == "wave"', TriggerTimes(hold_s=0.2), events.append)
    for index in range(20):
        watch.observe(results.result(index / 30, index))
    assert [event.frame for event in events] == [11]


def test_classes_need_a_recogniser_that_knows_them():
    with pytest.raises(
        ConfigError, match='on classes of your own; name the recogniser.*recognizer = "mine.toml"'
    ):
        ConditionWatch().add("wave", 'class == "wave"', TriggerTimes(), print)
    with pytest.raises(ConfigError, match="class is never 'wav'; did you mean 'wave'"):
        ConditionWatch(Classes()).add("wave", 'class == "wav"', TriggerTimes(), print)


def test_another_stream_begins_anew():
    events = []
    watch = ConditionWatch()
    watch.add("mouth", "expression.jawOpen > 0.5", TriggerTimes(), events.append)
    for start_s in (0.0, 100.0):
        for index in range(15):
            result = open_mouth(start_s + index / 30, index, 0.9)
            watch.observe(replace(result, begins_stream=index == 0))
    assert [event.edge for event in events] == ["start", "start"]


def driven(readings, fps=30.0, **config):
    drive = Drive(DriveConfig.model_validate({"drive": "lipstick.opacity", "by": "jawOpen", **config}))
    return [
        drive.update(ConditionInput(open_mouth(index / fps, index, reading)))
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
    assert drive.update(ConditionInput(results.result())) == 0.0
    assert drive.update(ConditionInput(open_mouth(0.1, 1, 1.0))) == 1.0
    assert drive.update(ConditionInput(results.result(0.2, 2))) == 1.0
