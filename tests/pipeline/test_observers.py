"""Observers of results, and callbacks on conditions."""

import asyncio
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from arpipe.controls.trigger import TriggerTimes
from arpipe.errors import ConfigError, InferenceError, RenderError, WeightsError
from arpipe.needs import Need
from arpipe.pipeline.perception import OBSERVE_STAGE, Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.pipeline import Pipeline
from arpipe.subjects import Subject
from arpipe.types import Frame
from tests.controls import results


class Faces:
    """Finds a face in every frame, whose smile is the brightness of the picture."""

    @classmethod
    def open(cls, runtime, *settings):
        return cls()

    def update(self, context):
        smile = float(context.frame.pixels.mean()) / 255.0
        return (results.face(scores={"mouthSmileLeft": smile, "mouthSmileRight": smile}),)

    def reset(self):
        pass


@pytest.fixture(autouse=True)
def smiling_faces(subjects):
    faces = Subject(
        results="faces", tracker=f"{__name__}:Faces", needs=(Need.FACE, Need.EXPRESSIONS), kind="face"
    )
    subjects["face"] = faces
    del subjects["expressions"]


def frames(*brightness):
    for index, level in enumerate(brightness):
        yield Frame(np.full((48, 64, 3), level, np.uint8), index / 30, index)


SMILE = (0,) * 10 + (250,) * 15 + (0,) * 15


class Observer:
    needs = frozenset({Need.HANDS})

    def __init__(self):
        self.seen = []

    def observe(self, result):
        self.seen.append((result.frame.index, len(result.faces), dict(result.timings_ms)))


def test_observers_see_every_result_before_its_durations_are_known(subjects):
    del subjects["hands"], subjects["gestures"]
    observer = Observer()
    with Perception() as perception:
        perception.attach(observer)
        assert perception.all_needs == {Need.HANDS}
        assert perception.needs == set()
        found = [perception.detect(frame) for frame in frames(0, 0)]
    assert observer.seen == [(0, 1, {}), (1, 1, {})]
    assert all(OBSERVE_STAGE in result.timings_ms for result in found)


def test_networks_are_loaded_when_an_observer_is_attached_and_it_is_left_out_if_they_cannot_be(
    monkeypatch, subjects
):
    class Missing(Faces):
        @classmethod
        def open(cls, runtime, *settings):
            raise WeightsError("no weights")

    broken = Subject(results="hands", tracker="broken:Missing", needs=(Need.HANDS,), kind="hand")
    monkeypatch.setitem(sys.modules, "broken", SimpleNamespace(Missing=Missing))
    subjects["hands"] = broken
    observer = Observer()
    with Perception() as perception:
        with pytest.raises(WeightsError, match="no weights"):
            perception.attach(observer)
        assert perception.all_needs == set()
        assert len(perception.detect(next(frames(0))).faces) == 1
    assert observer.seen == []


def test_a_callback_is_called_when_a_condition_begins_or_ends():
    calls = []
    with Pipeline() as pipeline:

        @pipeline.on("smile")
        def smiled(event):
            calls.append(("start", event.frame, len(event.result.faces)))

        @pipeline.on("smile", edge="end")
        def stopped(event):
            calls.append(("end", event.frame, event.duration_s))

        for frame in frames(*SMILE):
            pipeline.detect(frame)
    assert smiled is not None
    (_, start, faces), (_, end, lasted_s) = calls
    assert (12 <= start <= 18, faces) == (True, 1)
    assert 25 <= end <= 30
    assert lasted_s == pytest.approx((end - start) / 30)


@pytest.mark.gl
def test_effects_set_in_a_callback_are_drawn_from_the_next_frame_on(monkeypatch):
    needs = []
    with Pipeline() as pipeline:

        @pipeline.on("smile", times=TriggerTimes().instant)
        def smiled(event):
            pipeline.set_effects("filter(kernel=[[0, 0, 0], [0, 0, 0], [0, 0, 0]])")
            with pytest.raises(ConfigError, match="did you mean 'filter'"):
                pipeline.set_effects("filtr")

        levels = []
        for frame in frames(0, 250, 250, 250):
            levels.append(pipeline.process(frame).pixels.mean())
            needs.append(len(pipeline.renderer.packs))
    assert smiled is not None
    assert needs == [0, 0, 1, 1]
    assert levels[1] == 250.0
    assert levels[2] != 250.0


def test_times_can_be_chosen():
    frames_at = []
    with Pipeline() as pipeline:
        pipeline.on("smile", times=TriggerTimes().instant)(lambda event: frames_at.append(event.frame))
        for frame in frames(*SMILE):
            pipeline.detect(frame)
    assert frames_at == [10]


def test_photos_are_taken_by_themselves():
    calls = []
    with Pipeline(mode="image") as pipeline:
        pipeline.on("smile")(calls.append)
        for frame in frames(250, 0, 250):
            pipeline.detect(frame)
    assert [event.frame for event in calls] == [0, 2]


def test_another_stream_begins_anew():
    calls = []
    with Pipeline() as pipeline:
        pipeline.on("smile")(calls.append)
        for _ in range(2):
            for frame in frames(*SMILE[:20]):
                pipeline.detect(frame)
            pipeline.reset()
    assert len(calls) == 2


def test_what_a_callback_raises_is_raised_by_detect():
    def fail(event):
        raise RuntimeError("the lamp is off")

    with Pipeline() as pipeline:
        pipeline.on("smile", times=TriggerTimes().instant)(fail)
        with pytest.raises(RuntimeError, match="the lamp is off"):
            pipeline.detect(next(frames(250)))


INSTANT = TriggerTimes().instant


def test_a_callback_may_call_methods_of_the_pipeline():
    calls = []
    with Pipeline() as pipeline:

        @pipeline.on("smile", times=INSTANT)
        def smiled(event):
            calls.append(event.frame)
            pipeline.perception.learn_neutral()
            pipeline.on("faces > 0", times=INSTANT)(lambda event: calls.append(event.name))
            pipeline.reset()

        for frame in frames(250, 250):
            pipeline.detect(frame)
    assert smiled is not None
    assert calls == [0, 1, "faces > 0"]


def test_a_callback_may_close_the_pipeline():
    pipeline = Pipeline()
    pipeline.on("smile", times=INSTANT)(lambda event: pipeline.close())
    assert len(pipeline.detect(next(frames(250))).faces) == 1
    with pytest.raises(InferenceError, match="closed; make a new pipeline"):
        pipeline.detect(next(frames(250)))


def test_an_event_loop_gets_the_error_of_a_pipeline_that_a_callback_has_closed():
    async def run():
        pipeline = Pipeline()
        pipeline.on("smile", times=INSTANT)(lambda event: pipeline.close())
        with pytest.raises(RenderError, match="closed"):
            await pipeline.aprocess(next(frames(250)))
        with pytest.raises(InferenceError, match="closed"):
            await pipeline.aprocess(next(frames(250)))

    asyncio.run(run())


def test_a_callback_that_detects_gets_an_error_instead_of_waiting_for_itself():
    with Pipeline() as pipeline:
        pipeline.on("smile", times=INSTANT)(lambda event: pipeline.detect(next(frames(0))))
        with pytest.raises(InferenceError, match="return first"):
            pipeline.detect(next(frames(250)))
        assert len(pipeline.detect(next(frames(250))).faces) == 1


async def coroutine(event):
    pass


@pytest.mark.parametrize(
    ("handler", "message"), [(3, "a function"), (None, "a function"), (coroutine, "nobody would await")]
)
def test_only_plain_functions_are_callbacks(handler, message):
    with Pipeline() as pipeline, pytest.raises(ConfigError, match=message):
        pipeline.on("smile")(handler)


@pytest.mark.parametrize(
    ("when", "arguments", "message"),
    [
        ("smile", {"edge": "begin"}, "expected 'start' or 'end', got 'begin'"),
        (print, {}, "a condition as text"),
        ('class == "wave"', {"recognizer": "mine.toml"}, "Recognizer.load"),
    ],
)
def test_arguments_of_callbacks_are_checked_at_once(when, arguments, message):
    with Pipeline() as pipeline, pytest.raises(ConfigError, match=message):
        pipeline.on(when, **arguments)


def test_a_closed_pipeline_takes_no_callbacks():
    pipeline = Pipeline()
    pipeline.close()
    with pytest.raises(InferenceError, match="closed"):
        pipeline.on("smile")(print)


def test_a_frame_that_waits_while_another_thread_closes_is_refused():
    perception = Perception(needs={Need.FACE})
    lock = perception._lock

    class LostRace:
        """Gives way to the other thread."""

        def __enter__(self):
            perception._lock = lock
            perception.close()

        def __exit__(self, *_):
            pass

    perception._lock = LostRace()
    with pytest.raises(InferenceError, match="closed; make a new pipeline"):
        perception.detect(next(frames(0)))


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("smil", "did you mean 'smile'"),
        ("smile > 2", "can never hold"),
        ('class == "wave"', "name the recogniser"),
    ],
)
def test_conditions_are_checked_at_once(when, message):
    with Pipeline() as pipeline, pytest.raises(ConfigError, match=message):
        pipeline.on(when)


def test_needs_of_conditions_are_detected_whatever_effects_do():
    with Pipeline() as pipeline:
        pipeline.on("smile")(print)
        pipeline.set_effects([])
        assert pipeline.perception.all_needs == {Need.EXPRESSIONS}


def test_the_configuration_stays_in_force():
    with Perception(PerceptionConfig(track=("face",))) as perception:
        assert perception.all_needs == set()
        assert len(perception.detect(next(frames(0))).faces) == 1
