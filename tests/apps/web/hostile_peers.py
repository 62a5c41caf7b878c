"""Peers that do not play by the rules, without a WebSocket library, so that they can break every rule."""

import gc
import json
import socket
import struct
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from arpipe.apps.malloc import release_free_memory
from tests.apps.web_pages import page
from tests.patience import PATIENCE_S

HALF_REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HEADER = struct.Struct("<BBHId")
LIMIT_MB = 24
HELLO = json.dumps({"type": "hello", "version": 2, "down": "jpeg"}).encode()


def address(url):
    host, port = url.partition("://")[2].split(":")
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


def read_until(peer, expected):
    received = b""
    while expected not in received:
        part = peer.recv(4096)
        assert part, f"closed after {received!r}"
        received += part


def shake_hands(peer, url):
    """Completes the handshake; a message in the same packet would be ignored."""
    peer.sendall(upgrade(url))
    read_until(peer, b"\r\n\r\n")


@contextmanager
def raw_page(url, **options) -> Iterator[socket.socket]:
    """A welcomed page."""
    with raw(url, **options) as peer:
        shake_hands(peer, url)
        peer.sendall(frame(1, HELLO))
        read_until(peer, b"welcome")
        yield peer


def reason_of(opened):
    """Waits for the end of a session."""
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
    """Memory of this process without what allocators keep for later."""
    gc.collect()
    release_free_memory()
    return psutil.Process().memory_info().rss / 1e6
