"""Pages that break the rules of the protocol: each session ends with a reason, or goes on without what was refused."""

from contextlib import ExitStack, contextmanager

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from arpipe.config import RunConfig
from arpipe.io.video.stream_codec import encode_jpeg
from tests.apps.web.hostile_peers import (
    frame,
    is_served,
    raw_page,
    reason_of,
    rest_of,
    status_of,
)
from tests.apps.web_pages import knock, page, running

pytestmark = [pytest.mark.gl, pytest.mark.weights]


@contextmanager
def serving_with(effect):
    """A server whose catalogue has one more effect."""
    config = RunConfig.model_validate({"web": {"port": 0}, "effects": (effect,)})
    with running(config) as server:
        yield server.url.rstrip("/")


def test_message_in_endless_parts_is_refused(url, jpeg):
    with raw_page(url) as peer:
        peer.sendall(frame(1, b"", fin=False) + 1100 * frame(0, b"", fin=False))
        assert b"parts" in rest_of(peer)
    assert is_served(url, jpeg)


def test_text_that_is_not_utf8_is_refused(url, jpeg):
    with raw_page(url) as peer:
        peer.sendall(frame(1, b"\xff\xfe"))
        assert b"UTF-8" in rest_of(peer)
    assert is_served(url, jpeg)


@pytest.mark.parametrize("size", [(16_386, 126), (126, 16_386), (641, 480), (481, 500)])
def test_each_side_of_a_picture_is_limited(url, jpeg, size):
    width, height = size
    with page(url) as opened:
        opened.send(encode_jpeg(np.zeros((height, width, 3), np.uint8), 50))
        reason = reason_of(opened.socket)
    assert f"{width}x{height}" in reason or "more than" in reason
    assert is_served(url, jpeg)


@pytest.mark.parametrize(
    "value",
    [
        "1" + 400 * "0",
        "-1" + 400 * "0",
        4200 * "9",
        '"' + 60 * "9" + '"',
        "true",
    ],
)
def test_impossible_numbers_are_refused_and_the_session_goes_on(url, jpeg, value):
    with page(url) as opened:
        opened.socket.send(
            '{"type":"effects","ticket":5,"effects":[{"id":"aviator","params":{"scale":' + value + "}}]}"
        )
        refused = opened.hear("refused")
        assert refused["ticket"] == 5
        assert "scale cannot be" in refused["reason"]
        assert len(refused["reason"]) < 300
        opened.send(jpeg, 9)
        assert opened.receive().sequence == 9


@pytest.mark.parametrize("number", [4_400 * "9", 30_000 * "9", "1e400", "NaN", "-Infinity"])
def test_number_beyond_all_has_a_reason(url, jpeg, number):
    with page(url) as opened:
        opened.socket.send(
            '{"type":"effects","effects":[{"id":"aviator","params":{"scale":' + number + "}}]}"
        )
        try:
            reason = opened.hear("refused")["reason"]
        except ConnectionClosed as ended:
            reason = ended.rcvd.reason
        assert reason
    assert is_served(url, jpeg)


def test_defect_in_a_session_ends_it_with_a_reason_and_no_other(url, jpeg, monkeypatch):
    with page(url) as fine:
        with page(url) as opened, monkeypatch.context() as patch:
            patch.setattr("arpipe.apps.web.session.decode_jpeg", lambda *_: 1 / 0)
            opened.send(jpeg)
            assert "ZeroDivisionError" in reason_of(opened.socket)
        fine.send(jpeg, 2)
        assert fine.receive().sequence == 2


def test_effects_that_need_a_mask_may_be_chosen_between_two_pictures(jpeg, capfd):
    with serving_with("background(color=#00ff00)") as url, page(url) as opened:
        for number in range(8):
            opened.send(jpeg, number, captured_ms=33.0 * number)
            effect = {"id": "background", "params": {}} if number % 2 else {"id": "aviator", "params": {}}
            opened.say(type="effects", effects=[effect])
            assert opened.receive().sequence == number
    assert "Traceback" not in capfd.readouterr().err


def test_two_hundred_open_sockets_are_refused_by_number(url, jpeg):
    with ExitStack() as stack:
        sockets = [stack.enter_context(knock(url)) for _ in range(3)]
        for _ in range(197):
            with knock(url) as one:
                assert "in use" in reason_of(one)
        assert len(sockets) == 3
    assert status_of(url + "/about.json") == 200
