"""Controls of a batch: timelines of events, and effects that change at their frames."""

import io
import json

import numpy as np
import pytest
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, BatchConfig, run
from arpipe.apps.batch.processing.controlled import ControlledPipeline
from arpipe.config import ControlsFile
from arpipe.errors import ConfigError, OutputError
from arpipe.io.validation import check
from arpipe.needs import Need
from arpipe.types import Frame, Picture
from tests.apps.batch.fakes import FakePipeline
from tests.controls import results
from tests.io.clips import write_clip


def controls(*tables):
    return check(ControlsFile, {"controls": list(tables)}, "controls.toml").controls


MOUTH = {"when": "expression.jawOpen > 0.5", "name": "mouth"}


class Observed:
    """Stands for perception: keeps its observers."""

    def __init__(self):
        self.observers = []

    def attach(self, observer):
        self.observers.append(observer)


class TalkingPipeline(FakePipeline):
    """A face whose mouth is open from frame 5 to 14 of every input, and effects that are noted."""

    def __init__(self, mode, trip=lambda index: None):
        super().__init__(mode, trip)
        self.perception = Observed()
        self.log = []

    def set_effects(self, effects):
        self.log.append([pack.name for pack in effects])

    def detect(self, frame):
        super().detect(frame)
        face = results.face(scores={"jawOpen": 1.0 if 5 <= frame.index < 15 else 0.0})
        result = results.result(frame.captured_s, frame.index, faces=[face])
        for observer in self.perception.observers:
            observer.observe(result)
        return result

    def render(self, result):
        self.log.append(result.frame.index)
        return Picture(result.frame.pixels.copy(), result)


def make_talking(config, mode):
    return TalkingPipeline(mode)


def batch(make_pipeline=make_talking, **settings):
    text = io.StringIO()
    code = run(BatchConfig(**settings), make_pipeline, Console(file=text, width=200))
    return code, text.getvalue()


def events(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_events_of_an_input_are_a_timeline(tmp_path):
    write_clip(tmp_path / "a.mp4")
    target = tmp_path / "events.jsonl"
    code, text = batch(inputs=(str(tmp_path / "a.mp4"),), controls=controls(MOUTH), events=target)
    assert code == 0, text
    assert "events.jsonl" in text
    start, end = events(target)
    assert (start["event"], start["edge"], end["edge"]) == ("mouth", "start", "end")
    assert 7 <= start["frame"] <= 13 < end["frame"]
    assert end["duration_s"] == pytest.approx(end["time_s"] - start["time_s"], abs=1e-3)


def test_several_inputs_have_a_timeline_each(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / name)
    code, text = batch(inputs=(str(tmp_path),), controls=controls(MOUTH), events=tmp_path / "timelines")
    assert code == 0, text
    made = sorted(path.name for path in (tmp_path / "timelines").glob("[!.]*"))
    assert made == ["a.events.jsonl", "b.events.jsonl"]
    first, second = (events(tmp_path / "timelines" / name) for name in made)
    assert first == second


def test_a_failed_input_leaves_no_timeline(tmp_path):
    def fail(index):
        if index == 20:
            raise OutputError("the disk is full")

    write_clip(tmp_path / "a.mp4")
    target = tmp_path / "events.jsonl"
    code, _ = batch(
        lambda config, mode: TalkingPipeline(mode, fail),
        inputs=(str(tmp_path / "a.mp4"),),
        controls=controls(MOUTH),
        events=target,
    )
    assert code == EXIT_FAILED
    assert list(tmp_path.iterdir()) == [tmp_path / "a.mp4"]


def test_events_without_controls_and_over_an_input_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="there are no .*controls.* give --controls a FILE"):
        check(BatchConfig, {"events": tmp_path / "e.jsonl"}, "arpipe batch")
    write_clip(tmp_path / "a.mp4")
    with pytest.raises(OutputError, match="--events is the same file as the input"):
        batch(inputs=(str(tmp_path / "a.mp4"),), controls=controls(MOUTH), events=tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("control", "message"),
    [
        ({"effect": "rond"}, "control 'mouth': there is no effect 'rond'; did you mean 'round'"),
        ({"background": "blurr=3"}, "control 'mouth': .*did you mean 'blur'"),
        ({"set": {"lipstick.opacit": 1}}, "control 'mouth': .*'opacit'; did you mean 'opacity'"),
        ({"set": {"lipstick.opacity": 7}}, "control 'mouth': .*less than or equal to 1, got 7"),
    ],
)
def test_what_controls_cannot_do_is_refused_before_the_run(tmp_path, control, message):
    write_clip(tmp_path / "a.mp4")
    with pytest.raises(ConfigError, match=message):
        batch(
            inputs=(str(tmp_path / "a.mp4"),),
            controls=controls({**MOUTH, **control}),
            output=tmp_path / "o.mp4",
        )
    with pytest.raises(ConfigError, match="control 'lipstick.opacit'"):
        drive = {"drive": "lipstick.opacit", "by": "smile"}
        batch(inputs=(str(tmp_path / "a.mp4"),), controls=controls(drive), output=tmp_path / "o.mp4")


def frames(count):
    return [Frame(np.zeros((48, 64, 3), np.uint8), index / 25, index) for index in range(count)]


def test_effects_change_at_the_frame_of_their_event_and_every_input_begins_with_the_configured_ones():
    inner = TalkingPipeline("video")
    pipeline = ControlledPipeline(inner, controls({**MOUTH, "effect": "round"}), ["aviator"], follows=True)
    triggered = []
    pipeline.listen(lambda event: triggered.append(event.frame) if event.edge == "start" else None)
    for _ in range(2):
        inner.log.clear()
        pipeline.reset()
        found = [pipeline.detect(frame) for frame in frames(20)]  # perception runs ahead of drawing
        for result in found:
            pipeline.render(result)
        changes = [entry for entry in inner.log if isinstance(entry, list)]
        assert changes == [["aviator"], ["round"]]
        assert inner.log.index(["round"]) == inner.log.index(triggered[-1]) - 1


def test_next_steps_through_the_effects_and_drives_are_attached():
    inner = TalkingPipeline("video")
    tables = controls({**MOUTH, "do": "none"}, {"drive": "lipstick.opacity", "by": "jawOpen"})
    packs = []
    inner.set_effects = packs.append
    pipeline = ControlledPipeline(inner, tables, ["lipstick"], follows=True)
    for result in [pipeline.detect(frame) for frame in frames(20)]:
        pipeline.render(result)
    first, last = packs[0], packs[-1]
    assert [list(layer.reactions.drive) for layer in first[0].layers] == [["opacity"]]
    assert last == []


def test_what_effects_need_that_triggers_may_select_is_detected_from_the_start():
    def needs(*tables):
        inner = TalkingPipeline("video")
        ControlledPipeline(inner, controls(*tables), ["aviator"], follows=True)
        return frozenset().union(*(observer.needs for observer in inner.perception.observers))

    assert Need.MASK not in needs(MOUTH)
    assert Need.MASK in needs({**MOUTH, "background": "blur=18"})
    assert Need.IRIS in needs({**MOUTH, "effect": "lipstick"})
    assert Need.IRIS in needs({**MOUTH, "do": "next"})


@pytest.mark.parametrize("name", ["controls.toml", "ding.wav", "mine.toml"])
def test_no_output_replaces_a_file_of_the_controls(tmp_path, name):
    write_clip(tmp_path / "a.mp4")
    for each in ("controls.toml", "ding.wav", "mine.toml"):
        (tmp_path / each).write_bytes(b"kept")
    with pytest.raises(OutputError, match="--events is the same file as the"):
        batch(
            inputs=(str(tmp_path / "a.mp4"),),
            controls=controls({**MOUTH, "sound": str(tmp_path / "ding.wav")}),
            controls_file=tmp_path / "controls.toml",
            recognizer=tmp_path / "mine.toml",
            events=tmp_path / name,
        )
    assert (tmp_path / name).read_bytes() == b"kept"
