"""Peers that break the rules of HTTP: each is refused with a reason, and none harms the server or a session."""

import asyncio
import logging
import socket
from contextlib import ExitStack

import psutil
import pytest
from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.protocol import State

from arpipe.apps.web import transport
from arpipe.apps.web.transport import LogLimit, PageSocket
from tests.apps.web.hostile_peers import (
    HALF_REQUEST,
    HEADER,
    LIMIT_MB,
    PATIENCE_S,
    frame,
    is_served,
    raw,
    raw_page,
    rest_of,
    shake_hands,
    status_of,
    upgrade,
    used_mb,
)
from tests.apps.web_pages import join_sessions, page

pytestmark = [pytest.mark.gl, pytest.mark.weights]


def test_half_requests_end_with_a_reason(hasty_url, jpeg):
    with ExitStack() as stack:
        peers = [stack.enter_context(raw(hasty_url)) for _ in range(20)]
        for peer in peers:
            peer.sendall(HALF_REQUEST)
        assert {b"408 Request Timeout" in rest_of(peer) for peer in peers} == {True}
    assert is_served(hasty_url, jpeg)


def test_second_request_on_a_connection_is_limited_too(hasty_url):
    with raw(hasty_url) as peer:
        peer.sendall(b"GET /about.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in peer.recv(65536)
        peer.sendall(HALF_REQUEST)
        assert b"408 Request Timeout" in rest_of(peer)


def test_more_connections_than_allowed_do_not_deafen_the_server(url, jpeg):
    with page(url) as session, ExitStack() as stack:
        peers = [stack.enter_context(raw(url)) for _ in range(60)]
        for peer in peers:
            peer.sendall(HALF_REQUEST)
        assert status_of(url + "/about.json") == 200
        session.send(jpeg, 3)
        assert session.receive().sequence == 3  # a session never gives way
        refused = rest_of(peers[0])
        assert b"503 Service Unavailable" in refused
        assert b"try again" in refused


def test_reader_that_stops_in_an_answer_is_disconnected(hasty_url, jpeg):
    with raw(hasty_url, small_window=True) as peer:
        request = b"GET /preview/none.jpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        peer.sendall(200 * request)
        peer.settimeout(PATIENCE_S)
        while status_of(hasty_url + "/about.json") == 200:
            try:
                peer.send(request)
            except OSError:
                break
    assert is_served(hasty_url, jpeg)


def test_page_that_never_reads_its_answers_is_disconnected(hasty_url, jpeg):
    message = frame(2, HEADER.pack(1, 0, 0, 0, 0.0) + jpeg)
    with raw_page(hasty_url, small_window=True) as peer:
        before = used_mb()
        with pytest.raises(OSError, match="reset|pipe|timed out"):
            for _ in range(100_000):  # it takes the second or so that the shortened limits leave
                peer.sendall(message)
        assert used_mb() - before < LIMIT_MB
    assert is_served(hasty_url, jpeg)


def test_pings_whose_replies_are_never_read_are_bounded(hasty_url, jpeg, monkeypatch):
    monkeypatch.setattr(transport, "MAX_UNSENT_BYTES", 1 << 16)
    pings = 500 * frame(9, bytes(125))
    with raw_page(hasty_url, small_window=True) as peer, pytest.raises(OSError, match="reset|pipe|timed out"):
        for _ in range(2000):
            peer.sendall(pings)
    assert is_served(hasty_url, jpeg)


@pytest.mark.parametrize(
    "request_",
    [
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + 70_000 * b"a" + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + 9000 * b"X-A: bbbb\r\n" + b"\r\n",
    ],
)
def test_malformed_request_is_answered(url, request_):
    with raw(url) as peer:
        peer.sendall(request_)
        peer.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 40" in rest_of(peer)
    assert status_of(url + "/about.json") == 200


@pytest.mark.parametrize(
    "path", ["/static/%00", "/static/" + 300 * "a", "/preview/%00.jpg", "/static/..%2f..%2fserver.py"]
)
def test_impossible_names_are_not_found(url, path):
    with raw(url) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        assert b" 404 " in rest_of(peer)


@pytest.mark.parametrize(
    ("path", "extra"),
    [("/stream?" + 9000 * "a", ""), ("/stream", "".join(f"X-{n}: 1\r\n" for n in range(200)))],
)
def test_malformed_handshake_is_refused(url, path, extra):
    with raw(url) as peer:
        peer.sendall(upgrade(url, path, extra))
        assert b" 400 " in rest_of(peer)


def test_two_hundred_sockets_leave_the_server_as_it_was(hasty_url, jpeg):
    def hostile(number):
        with raw(hasty_url) as peer:
            if number % 4 == 0:
                peer.sendall(HALF_REQUEST)  # cut in a request
            elif number % 4 == 1:
                peer.sendall(upgrade(hasty_url))  # cut before hello
            elif number % 4 == 2:
                shake_hands(peer, hasty_url)
                peer.sendall(frame(1, b"{"))  # a malformed hello
                rest_of(peer)
            else:
                shake_hands(peer, hasty_url)
                peer.sendall(frame(2, 100 * b"x")[:50])  # cut in a message

    for number in range(20):
        hostile(number)
    assert is_served(hasty_url, jpeg)
    join_sessions()
    process = psutil.Process()
    before = used_mb(), process.num_fds(), process.num_threads()
    for number in range(200):
        hostile(number)
    assert is_served(hasty_url, jpeg)
    join_sessions()
    after = used_mb(), process.num_fds(), process.num_threads()
    assert after[0] - before[0] < LIMIT_MB
    assert after[1] - before[1] < 20
    assert after[2] - before[2] < 8


def test_log_is_limited_and_says_so():
    now, passed = [0.0], []
    limit = LogLimit(records=3, period_s=10.0, clock=lambda: now[0])

    def log(text):
        record = logging.LogRecord("any", logging.WARNING, "", 0, text, (), None)
        if limit.filter(record):
            passed.append(record.getMessage())

    for number in range(1000):
        log(f"message {number}")
    assert passed == ["message 0", "message 1", "message 2; further messages are left out for 10 s"]
    now[0] = 11.0
    log("later")
    assert passed[-1] == "later"


class StoppingTransport(asyncio.Transport):
    """Counts how often it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_server_that_stops_while_a_session_closes_ends_quietly():
    async def stop() -> int:
        closing = PageSocket(Config(Starlette(), log_config=None), ServerState(), {})
        closing.transport = stopping = StoppingTransport()
        closing.handshake_complete = True
        closing.conn.state = State.CLOSING
        closing.shutdown()
        return stopping.closed

    assert asyncio.run(stop()) == 1
