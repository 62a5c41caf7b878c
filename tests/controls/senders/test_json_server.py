"""What WebSocket clients of the JSON server receive."""

import json
import socket
import threading

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from arpipe.controls.senders import json_server
from arpipe.controls.senders.json_server import JsonServer
from arpipe.controls.senders.sender import open_sender
from arpipe.errors import OutputError
from tests.controls.senders.receivers import event, refuse, speaking
from tests.patience import PATIENCE_S, come_true


@pytest.fixture
def server():
    server = JsonServer("127.0.0.1", 0)
    yield server
    server.close()
    server.close()


def receive(client, kind):
    """The next message of a kind."""
    while True:
        message = json.loads(client.recv(PATIENCE_S))
        if message["type"] == kind:
            return message


def offer_until_received(server, client, result):
    """Results are offered again, because the client may not be registered at the first."""
    stop = threading.Event()

    def offer():
        while not stop.wait(0.01):
            server.observe(result)

    thread = threading.Thread(target=offer)
    thread.start()
    try:
        return receive(client, "result")
    finally:
        stop.set()
        thread.join()


def test_json_is_that_of_an_export(server):
    with connect(f"ws://127.0.0.1:{server.port}") as client:
        message = offer_until_received(server, client, speaking(1.5, 45))
        assert message == {"type": "result", **speaking(1.5, 45).to_dict()}
        for number in range(50):
            server.send_event(event(f"e{number}"))
        assert [receive(client, "event")["event"] for _ in range(50)] == [
            f"e{number}" for number in range(50)
        ]


def test_a_slow_client_gets_the_latest_result(server):
    with connect(f"ws://127.0.0.1:{server.port}") as client:
        offer_until_received(server, client, speaking(0.0, 0))
        for index in range(1, 200):
            server.observe(speaking(index / 30, index))
        server.send_event(event("last"))
        frames = []
        while True:
            message = json.loads(client.recv(PATIENCE_S))
            if message["type"] == "event":
                break
            frames.append(message["frame"])
        assert frames == sorted(frames)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_clients_that_read_nothing_or_say_nothing_do_not_keep_the_server_open(monkeypatch):
    monkeypatch.setattr(json_server, "CLOSE_S", 0.05)
    server = JsonServer("127.0.0.1", 0)
    place = ("127.0.0.1", server.port)
    with socket.create_connection(place) as reads_nothing, socket.create_connection(place):
        reads_nothing.sendall(HANDSHAKE)
        assert reads_nothing.recv(12) == b"HTTP/1.1 101"
        large = event("x" * 8_000_000)  # more than the system buffers
        assert come_true(server._current)
        server.send_event(large)
        closing = threading.Thread(target=server.close)
        closing.start()
        closing.join(PATIENCE_S)
        assert not closing.is_alive()


def test_pages_of_other_sites_cannot_connect(server):
    for origin in ("https://example.com", "http://127.0.0.1.example.com", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://127.0.0.1:{server.port}", origin=origin)
    with connect(f"ws://127.0.0.1:{server.port}", origin="http://localhost:8000") as page:
        assert offer_until_received(server, page, speaking())["type"] == "result"


def test_a_taken_port_is_refused(server):
    with pytest.raises(OutputError, match="cannot listen there .*; choose another port"):
        open_sender(f"ws://127.0.0.1:{server.port}", refuse)
