"""What triggers make an app do."""

import io
import stat
import sys
from contextlib import ExitStack

import pytest

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.reactions.reactions import Reactions, effects_of, missing_actions
from arpipe.config import ControlsFile, LiveConfig, RunConfig
from arpipe.controls.actions import Action
from arpipe.errors import ArpipeError, ConfigError, OutputError
from arpipe.io.validation import check
from arpipe.needs import Need
from tests.controls import results
from tests.controls.senders.receivers import Receiver, webhook


def controls(*tables):
    return check(ControlsFile, {"controls": list(tables)}, "controls.toml").controls


class Perception:
    """Takes observers, and shows them results."""

    def __init__(self):
        self.observers = []

    def attach(self, observer):
        self.observers.append(observer)

    def show(self, *jaws, fps=30.0):
        for index, jaw in enumerate(jaws):
            face = results.face(scores={"jawOpen": jaw})
            for observer in self.observers:
                observer.observe(results.result(index / fps, index, faces=[face]))


class App:
    """Notes its commands; one of them fails."""

    actions = frozenset({Action.NEXT, Action.SNAPSHOT, Action.PAUSE})

    def __init__(self):
        self.done = []

    def act(self, action):
        if action is Action.PAUSE:
            raise OutputError("cannot pause")
        self.done.append(action.value)

    def choose(self, effect):
        self.done.append(f"effect {effect}")

    def set_background(self, parameters):
        self.done.append(f"background {parameters}")

    def set_parameter(self, key, value):
        self.done.append(f"{key} = {value}")


OPEN = (0.0,) * 5 + (1.0,) * 20 + (0.0,) * 20
MOUTH = {"when": "expression.jawOpen > 0.5", "name": "mouth"}


def react(*tables, jaws=OPEN, follows=True):
    app, said, perception = App(), [], Perception()
    reactions = Reactions(controls(*tables), Failures(said.append), follows=follows)
    reactions.attach(perception)
    perception.show(*jaws)
    reactions.run(app)
    return app.done, said


def test_a_trigger_does_everything_it_asks_for_once():
    done, said = react(
        {
            **MOUTH,
            "do": ["next", "snapshot"],
            "effect": "round",
            "background": "blur=18",
            "set": {"lipstick.opacity": 0.3},
        }
    )
    assert done == ["effect round", "background blur=18", "lipstick.opacity = 0.3", "next", "snapshot"]
    assert said == []


def test_what_fails_is_said_and_the_rest_goes_on():
    done, said = react({**MOUTH, "do": ["pause", "next"]})
    assert done == ["next"]
    assert said == ["control 'mouth' failed: cannot pause"]


def test_actions_that_an_app_lacks_are_left_out_and_listed():
    table = {**MOUTH, "do": ["mirror", "next"]}
    assert react(table)[0] == ["next"]
    assert missing_actions(controls(table), App()) == ["mirror"]
    assert effects_of(controls({**MOUTH, "effect": "round"}, MOUTH)) == ["round"]


def test_nothing_happens_when_a_condition_ends_or_is_too_short():
    assert react({**MOUTH, "do": "next"}, jaws=(0.0,) * 5 + (1.0,) * 2 + (0.0,) * 20) == ([], [])


def test_events_are_carried_out_up_to_a_frame():
    app, perception = App(), Perception()
    reactions = Reactions(controls({**MOUTH, "do": "next"}), Failures())
    events = []
    reactions.listeners = (events.append,)
    reactions.attach(perception)
    perception.show(*OPEN)
    start = events[0].frame
    reactions.run(app, start - 1)
    assert app.done == []
    reactions.run(app, start)
    assert app.done == ["next"]
    assert [event.edge for event in events] == ["start", "end"]


def test_photos_are_taken_by_themselves():
    assert react({**MOUTH, "do": "next"}, jaws=(1.0,), follows=False)[0] == ["next"]


def test_perception_detects_only_what_conditions_need():
    perception = Perception()
    Reactions(controls(MOUTH), Failures()).attach(perception)
    assert [observer.needs for observer in perception.observers] == [{Need.EXPRESSIONS}]
    silent = Perception()
    Reactions(controls({"drive": "lipstick.opacity", "by": "smile"}), Failures()).attach(silent)
    assert silent.observers == []


@pytest.fixture
def hook():
    with webhook() as server:
        yield server


def live(*tables, send=(), **settings):
    """What failed, after a live run of reactions."""
    said = []
    run = RunConfig(controls=controls(*tables), live=LiveConfig(send=send, **settings))
    perception = Perception()
    with ExitStack() as stack:
        reactions = LiveReactions(run, stack.enter_context(Links(run, Failures(said.append))))
        reactions.attach(perception)
        perception.show(*OPEN)
        reactions.run(App())
    return said


def test_lines_webhooks_and_osc_leave_the_app(hook, monkeypatch):
    receiver, text = Receiver(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", text)
    url, address = f"http://127.0.0.1:{hook.server_port}/event", f"osc://127.0.0.1:{receiver.port}/lamp/on"
    assert live({**MOUTH, "say": "open", "webhook": url, "osc": address}) == []
    assert text.getvalue() == "open\n"
    assert [event["event"] for _, event in hook.received] == ["mouth"]
    ((path, arguments),) = receiver.messages("/lamp/on")
    assert (path, arguments[0]) == ("/lamp/on", "mouth")
    receiver.socket.close()


def test_results_and_events_are_sent(hook):
    receiver = Receiver()
    assert live(MOUTH, send=(f"osc://127.0.0.1:{receiver.port}/a",)) == []
    messages = receiver.messages("/a/event")
    assert messages[-1] == ("/a/event", ["mouth", "start"])
    assert ("/a/expression/jawOpen", [1.0]) in messages
    receiver.socket.close()


def test_a_webhook_that_fails_is_said(hook):
    url = f"http://127.0.0.1:{hook.server_port}/event"
    hook.server_close()
    (said,) = live({**MOUTH, "webhook": url})
    assert "is the program that receives webhooks running?" in said


@pytest.fixture
def player(tmp_path, monkeypatch):
    """A program that plays sounds by noting their names."""
    program = tmp_path / "pw-play"
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path / "played"}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "played"


def test_a_sound_is_played(player, tmp_path):
    sound = tmp_path / "ding.wav"
    sound.write_bytes(b"RIFF")
    assert live({**MOUTH, "sound": str(sound)}) == []
    assert player.read_text() == f"{sound}\n"


def test_sounds_that_cannot_be_played_are_refused_before_the_run(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r"sound .*ding.wav: there is no such file"):
        live({**MOUTH, "sound": str(tmp_path / "ding.wav")})
    (tmp_path / "ding.wav").write_bytes(b"RIFF")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutputError, match="none of the programs pw-play, paplay"):
        live({**MOUTH, "sound": str(tmp_path / "ding.wav")})


def test_keys_must_be_allowed_by_name():
    with pytest.raises(ConfigError, match="control 'mouth' presses keys.*--allow-keyboard"):
        live({**MOUTH, "keys": "ctrl+right"})


def test_keys_need_their_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynput", None)
    monkeypatch.delitem(sys.modules, "arpipe.apps.reactions.keyboard", raising=False)
    with pytest.raises(ArpipeError, match=r"arpipe\[keyboard\]"):
        live({**MOUTH, "keys": "ctrl+right"}, allow_keyboard=True)


def test_a_recogniser_that_is_missing_or_not_named_is_told_before_the_run(tmp_path):
    wave = {"when": 'class == "wave"', "do": "next"}
    with pytest.raises(ConfigError, match="name the recogniser"):
        react(wave)
    run = RunConfig(controls=controls(wave), recognizer=tmp_path / "mine.toml")
    with pytest.raises(ConfigError, match="mine.toml"):
        Links(run, Failures())
