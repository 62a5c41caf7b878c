"""Triggers of a page: the server follows the conditions, and the page acts as on its buttons."""

import cv2
import numpy as np
import pytest

from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.server import WebServer
from arpipe.apps.web.triggers import PAGE_ACTIONS, PageCommands, offer_effects
from arpipe.config import ControlsFile, LiveConfig, RunConfig, WebConfig
from arpipe.controls.actions import Action
from arpipe.errors import ConfigError, OutputError
from arpipe.io.validation import check
from arpipe.needs import Need
from arpipe.subjects import Subject
from tests.apps.web_pages import page, running
from tests.controls import results

BRIGHT, DARK = 250, 0


def controls(*tables):
    return check(ControlsFile, {"controls": list(tables)}, "controls.toml").controls


class Faces:
    """Finds a face in every frame, whose smile is the brightness of the picture."""

    @classmethod
    def open(cls, runtime, *settings):
        return cls()

    def update(self, context):
        smile = float(context.frame.pixels.mean()) / 255.0
        return (results.face(scores={"mouthSmileLeft": smile, "mouthSmileRight": smile}, has_pose=False),)

    def reset(self):
        pass


@pytest.fixture
def smiling_faces(subjects):
    faces = Subject(
        results="faces", tracker=f"{__name__}:Faces", needs=(Need.FACE, Need.EXPRESSIONS), kind="face"
    )
    subjects["face"] = faces
    del subjects["expressions"]


def jpeg(level):
    return cv2.imencode(".jpg", np.full((48, 64, 3), level, np.uint8))[1].tobytes()


def heard(tables, *levels):
    """What a page is told to do while it sends pictures of some brightness at 30 Hz."""
    run = RunConfig(web=WebConfig(port=0), controls=controls(*tables))
    with running(run) as server, page(server.url.rstrip("/")) as opened:
        opened.say(type="effects", ticket=1, effects=[])
        for number, level in enumerate(levels):
            opened.send(jpeg(level), number, captured_ms=number * 1000.0 / 30.0)
            opened.receive()
        opened.say(type="effects", ticket=2, effects=[])
        while opened.hear("applied")["ticket"] != 2:
            pass
        return [message for message in opened.heard if message["type"] == "do"]


@pytest.mark.gl
def test_a_page_is_told_what_was_triggered(smiling_faces):
    tables = [
        {
            "when": "smile",
            "do": ["next", "snapshot"],
            "effect": "lipstick(opacity=0.5)",
            "set": {"lipstick.opacity": 0.3},
            "background": "color=#ff0000",
        }
    ]
    assert heard(tables, *[DARK] * 3, *[BRIGHT] * 15, *[DARK] * 3) == [
        {"type": "do", "do": "effect", "id": "lipstick", "params": {"opacity": 0.5}},
        {"type": "do", "do": "set", "id": "lipstick", "key": "opacity", "value": 0.3},
        {"type": "do", "do": "next"},
        {"type": "do", "do": "snapshot"},
    ]


@pytest.mark.gl
def test_a_page_hears_nothing_without_a_trigger(smiling_faces):
    assert heard([{"when": "smile", "do": "next"}], *[DARK] * 10) == []


def test_actions_are_those_of_the_page_and_messages_are_taken_once():
    commands = PageCommands(EffectCatalog())
    assert Action.FULL_SCREEN not in commands.actions
    for action in sorted(PAGE_ACTIONS):
        commands.act(action)
    assert {message["do"] for message in commands.take()} == {action.value for action in PAGE_ACTIONS}
    assert commands.take() == []
    commands.set_background("blur=18")
    assert commands.background.name == "background"
    commands.set_background("")
    assert commands.background is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"effect": "rond"}, "there is no effect 'rond'; did you mean 'round'"),
        ({"effect": "round(scale=9)"}, "effect 'round': scale cannot be 9"),
        ({"set": {"round.fit": "loose"}}, "effect 'round': fit cannot be 'loose'"),
        ({"set": {"rond.scale": 1}}, "there is no effect 'rond'"),
    ],
)
def test_changes_that_a_page_cannot_make_are_refused_at_the_start(table, message):
    with pytest.raises(ConfigError, match=message):
        offer_effects(EffectCatalog(), controls({"when": "smile", **table}))


def test_a_server_that_cannot_send_does_not_start_and_frees_its_port():
    live = LiveConfig(send=("osc://no-such-host.invalid:9000",))
    with pytest.raises(OutputError, match="the host cannot be found"):
        WebServer(RunConfig(web=WebConfig(port=0), live=live))
