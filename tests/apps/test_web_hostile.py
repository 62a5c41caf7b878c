"""Peers that do not play by the rules: each is refused with a reason, and none harms the server or another session."""

import gc
import json
import logging
import socket
import struct
import urllib.request
from contextlib import ExitStack, contextmanager

import numpy as np
import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from arpipe.apps.web import connection, transport
from arpipe.apps.web.transport import LogLimit
from arpipe.config import RunConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from tests.apps.web_pages import knock, page, running, serving

pytestmark = [pytest.mark.gl, pytest.mark.weights]

PATIENCE_S = 30.0
SIZE = SampleConfig(width=320, height=240, frames=1)
HALF_REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HEADER = struct.Struct("<BBHId")
LIMIT_MB = 24


@pytest.fixture(scope="module")
def jpeg():
    with SampleSource(SIZE) as source:
        return encode_jpeg(source.frame(0).pixels, 90)


@pytest.fixture
def short_patience(monkeypatch):
    """The limits in time, shortened so that the tests reach them."""
    monkeypatch.setattr(transport, "REQUEST_TIMEOUT_S", 0.3)
    monkeypatch.setattr(transport, "ANSWER_TIMEOUT_S", 0.3)
    monkeypatch.setattr(transport, "LINGER_S", 0.2)
    monkeypatch.setattr(connection, "SEND_TIMEOUT_S", 0.5)
    monkeypatch.setattr(connection, "CLOSE_TIMEOUT_S", 0.2)
    monkeypatch.setattr(connection, "HELLO_TIMEOUT_S", 0.5)


@pytest.fixture(scope="module")
def shared():
    with serving(max_sessions=3, max_width=640, max_height=480, max_message_kb=512) as url:
        yield url


@pytest.fixture
def url(shared, capfd):
    """The shared server; no test may make it print a traceback."""
    yield shared
    assert "Traceback" not in capfd.readouterr().err


@contextmanager
def serving_with(effect):
    """A server whose catalogue has one more effect."""
    config = RunConfig.model_validate({"web": {"port": 0}, "effects": (effect,)})
    with running(config) as server:
        yield server.url.rstrip("/")


def address(url):
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


def raw(url, *, small_window=False):
    """A connected TCP socket; with a small window, the peer's answers soon find no room."""
    made = socket.socket()
    made.settimeout(PATIENCE_S)
    if small_window:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(address(url))
    return made


def rest_of(peer):
    """Everything a server sends until it closes the connection."""
    received = b""
    try:
        while part := peer.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def upgrade(url, path="/stream", extra=""):
    host, port = address(url)
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n{extra}\r\n"
    ).encode()


def frame(opcode, payload, *, fin=True):
    """A masked frame of RFC 6455; a mask of zeros leaves the payload as it is."""
    first = (0x80 if fin else 0) | opcode
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size)
    if size > 0xFFFF:
        length = bytes([0x80 | 127]) + struct.pack(">Q", size)
    return bytes([first]) + length + bytes(4) + payload


HELLO = json.dumps({"type": "hello", "version": 2, "down": "jpeg"}).encode()


def read_until(peer, expected):
    received = b""
    while expected not in received:
        part = peer.recv(4096)
        assert part, f"closed after {received!r}"
        received += part


def opened(peer, url):
    """Completes the handshake; a message in the same packet would be ignored."""
    peer.sendall(upgrade(url))
    read_until(peer, b"\r\n\r\n")


@contextmanager
def raw_page(url, **options):
    """A welcomed page without a WebSocket library, so that it can break every rule."""
    with raw(url, **options) as peer:
        opened(peer, url)
        peer.sendall(frame(1, HELLO))
        read_until(peer, b"welcome")
        yield peer


def reason_of(opened):
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            opened.recv(PATIENCE_S)
    return ended.value.rcvd.reason


def is_served(url, jpeg):
    """Whether another page is answered as ever."""
    with page(url) as opened:
        opened.send(jpeg, 7)
        return opened.receive().sequence == 7


def status_of(url):
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
        return answer.status


def used_mb():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def test_half_requests_end_with_a_reason(short_patience, url, jpeg):
    with ExitStack() as stack:
        peers = [stack.enter_context(raw(url)) for _ in range(20)]
        for peer in peers:
            peer.sendall(HALF_REQUEST)
        assert {b"408 Request Timeout" in rest_of(peer) for peer in peers} == {True}
    assert is_served(url, jpeg)


def test_second_request_on_a_connection_is_limited_too(short_patience, url):
    with raw(url) as peer:
        peer.sendall(b"GET /about.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in peer.recv(65536)
        peer.sendall(HALF_REQUEST)
        assert b"408 Request Timeout" in rest_of(peer)


def test_more_connections_than_allowed_do_not_deafen_the_server(url, monkeypatch, jpeg):
    monkeypatch.setattr(transport, "MAX_CONNECTIONS", 20)
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


def test_reader_that_stops_in_an_answer_is_disconnected(short_patience, url, jpeg):
    with raw(url, small_window=True) as peer:
        request = b"GET /preview/none.jpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        peer.sendall(200 * request)
        peer.settimeout(PATIENCE_S)
        while status_of(url + "/about.json") == 200:
            try:
                peer.send(request)
            except OSError:
                break
    assert is_served(url, jpeg)


def test_page_that_never_reads_its_answers_is_disconnected(short_patience, url, jpeg):
    message = frame(2, HEADER.pack(1, 0, 0, 0, 0.0) + jpeg)
    with raw_page(url, small_window=True) as peer:
        before = used_mb()
        with pytest.raises(OSError, match="reset|pipe|timed out"):
            for _ in range(100_000):  # it takes the second or so that the shortened limits leave
                peer.sendall(message)
        assert used_mb() - before < LIMIT_MB
    assert is_served(url, jpeg)


def test_pings_whose_replies_are_never_read_are_bounded(short_patience, url, jpeg, monkeypatch):
    monkeypatch.setattr(transport, "MAX_UNSENT_BYTES", 1 << 16)
    pings = 500 * frame(9, bytes(125))
    with raw_page(url, small_window=True) as peer, pytest.raises(OSError, match="reset|pipe|timed out"):
        for _ in range(2000):
            peer.sendall(pings)
    assert is_served(url, jpeg)


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


def test_two_hundred_sockets_leave_the_server_as_it_was(short_patience, url, jpeg):
    def hostile(number):
        with raw(url) as peer:
            if number % 4 == 0:
                peer.sendall(HALF_REQUEST)  # cut in a request
            elif number % 4 == 1:
                peer.sendall(upgrade(url))  # cut before hello
            elif number % 4 == 2:
                opened(peer, url)
                peer.sendall(frame(1, b"{"))  # a malformed hello
                rest_of(peer)
            else:
                opened(peer, url)
                peer.sendall(frame(2, 100 * b"x")[:50])  # cut in a message

    for number in range(20):
        hostile(number)
    assert is_served(url, jpeg)
    process = psutil.Process()
    before = used_mb(), process.num_fds(), process.num_threads()
    for number in range(200):
        hostile(number)
    assert is_served(url, jpeg)
    after = used_mb(), process.num_fds(), process.num_threads()
    assert after[0] - before[0] < LIMIT_MB
    assert after[1] - before[1] < 20
    assert after[2] - before[2] < 8


def test_two_hundred_open_sockets_are_refused_by_number(url, jpeg):
    with ExitStack() as stack:
        sockets = [stack.enter_context(knock(url)) for _ in range(3)]
        for _ in range(197):
            with knock(url) as one:
                assert "in use" in reason_of(one)
        assert len(sockets) == 3
    assert status_of(url + "/about.json") == 200


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
