"""A page's side of the socket, and a server to talk to, for the tests of the web app."""

import json
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from arpipe.apps.web.protocol import PictureKind
from arpipe.apps.web.server import WebServer
from arpipe.config import RunConfig, WebConfig
from tests.apps.server_thread import in_thread
from tests.patience import PATIENCE_S

DOWNWARD = struct.Struct("<BBHIdI")
SESSION_THREADS = ("perception", "encode")
"""How the names of the threads of a session begin."""


@contextmanager
def running(config: RunConfig, source: str | None = None) -> Iterator[WebServer]:
    """A server in a thread of its own."""
    with in_thread(WebServer(config, source)) as server:
        yield server


@contextmanager
def serving(source: str | None = None, **limits: Any) -> Iterator[str]:
    """A server on a free port of this machine; gives its address without the last slash."""
    with running(RunConfig(web=WebConfig(**{"port": 0, **limits})), source) as server:
        yield server.url.rstrip("/")


@dataclass
class Answer:
    kind: PictureKind
    sequence: int
    captured_ms: float
    facts: dict[str, Any]
    data: bytes


@dataclass
class Page:
    """An open socket."""

    socket: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, kind: str) -> dict[str, Any]:
        while (message := json.loads(self.socket.recv(PATIENCE_S)))["type"] != kind:
            self.heard.append(message)
        return message

    def send(self, data: bytes, sequence: int = 0, kind: int = PictureKind.JPEG, captured_ms: float = 0.0):
        self.socket.send(struct.pack("<BBHId", kind, 0, 0, sequence, captured_ms) + data)

    def receive(self) -> Answer:
        while isinstance(message := self.socket.recv(PATIENCE_S), str):
            self.heard.append(json.loads(message))
        kind, _, _, sequence, captured_ms, length = DOWNWARD.unpack_from(message)
        rest = message[DOWNWARD.size :]
        return Answer(PictureKind(kind), sequence, captured_ms, json.loads(rest[:length]), rest[length:])


@contextmanager
def page(url: str, hello: dict[str, Any] | None = None, **options: Any) -> Iterator[Page]:
    """A page that has said hello and was welcomed."""
    with knock(url, **options) as socket:
        opened = Page(socket)
        opened.say(**{"type": "hello", "version": 2, "down": "jpeg", **(hello or {})})
        assert opened.hear("welcome")["credit"] == 2
        yield opened


def knock(url: str, origin: str | None = "", **options: Any) -> ClientConnection:
    """A bare socket; its origin is the server's own page unless said otherwise."""
    stated = url if origin == "" else origin
    return connect(
        url.replace("http", "ws", 1) + "/stream", origin=stated, max_size=None, proxy=None, **options
    )


def join_sessions() -> None:
    """Wait until the sessions of this process's servers have ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(SESSION_THREADS):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def reason_of(opened: Page) -> str:
    """Waits for the end of a session."""
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            opened.socket.recv(PATIENCE_S)
    return ended.value.rcvd.reason


def fetch(url, **headers):
    """Headers and body of what a server answers."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310 - ours
        return answer.headers, answer.read()


def refusal(url, **headers):
    """Status and body of an error."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(url, **headers)
    with refused.value as answer:
        return answer.code, answer.read()
