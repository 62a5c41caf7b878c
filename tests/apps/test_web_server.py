"""Servers with settings of their own: limits, camera, certificate, and what is refused."""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from arpipe.apps.web import run
from arpipe.config import LiveConfig, RunConfig, WebConfig
from arpipe.errors import ConfigError
from arpipe.io.video.stream_codec import decode_jpeg
from tests.apps.web_pages import (
    Page,
    fetch,
    knock,
    page,
    reason_of,
    refusal,
    serving,
)
from tests.patience import PATIENCE_S, come_true

pytestmark = [pytest.mark.gl, pytest.mark.weights]


def is_welcome(url):
    with knock(url) as socket:
        try:
            socket.send('{"type":"hello","version":2}')
            return json.loads(socket.recv(PATIENCE_S))["type"] == "welcome"
        except ConnectionClosed:
            return False


def test_a_silent_session_ends():
    with serving(idle_s=0.05) as url, page(url) as opened:
        assert "No picture came" in reason_of(opened)


def test_the_one_too_many_is_told_and_may_come_later():
    with serving(max_sessions=1) as url:
        with page(url):
            with knock(url) as socket:
                assert "All 1 sessions are in use" in reason_of(Page(socket))
            status, text = refusal(url)
            assert status == 503
            assert b"All places are taken" in text
        assert come_true(lambda: is_welcome(url))  # once the session has been cleared away


def test_the_servers_own_camera_plays_and_waits_for_the_page():
    with serving("sample") as url, page(url, {"mode": "server"}) as opened:
        first, second = opened.receive(), opened.receive()
        assert first.facts["faces"] == 1
        assert first.sequence < second.sequence
        opened.say(type="effects", ticket=3, effects=[])  # more pictures come only after an ack
        assert opened.hear("applied")["ticket"] == 3
        opened.say(type="ack", sequence=first.sequence)
        assert opened.receive().sequence > second.sequence
        opened.send(b"picture")
        assert "accepts no pictures" in reason_of(opened)


def test_preview_that_fails_is_not_found_and_reported_once(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("arpipe.apps.web.catalog.CatalogEntry.pack", lambda *_: 1 / 0)
    with serving() as url:
        for _ in range(2):
            assert refusal(url + "/preview/aviator.jpg")[0] == 404
        assert decode_jpeg(fetch(url + "/preview/none.jpg")[1], 10**6).shape == (288, 288, 3)
    said = capsys.readouterr().err
    assert said.count("the preview of aviator failed: unexpected ZeroDivisionError") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"record": "out.mp4"}, "--record"),
        ({"window": False}, "--no-window"),
        ({"full_screen": True}, "--full-screen"),
        ({"mirror": False}, "--no-mirror"),
        ({"microphone": "default"}, "--microphone"),
        ({"hotkeys": {"f9": "record"}}, "--hotkey"),
        ({"frames": 5}, "--frames"),
        ({"outputs": ("ndi:studio",)}, "--output"),
    ],
)
def test_settings_of_the_window_are_refused(change, flag):
    with pytest.raises(ConfigError, match=flag):
        run(RunConfig(live=LiveConfig(**change)))


def test_the_server_ends_after_the_seconds_asked_for():
    told = []
    config = RunConfig(live=LiveConfig(seconds=0.05), web=WebConfig(port=0))
    assert run(config, ready=told.append) == 0
    assert told
