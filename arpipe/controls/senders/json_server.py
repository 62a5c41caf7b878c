"""Serves results and events as JSON over WebSocket, to programs and pages on this machine.

Each message is an object: `{"type": "result", …}` with the fields of a line of an export, or `{"type": "event", …}`.
A client that is slower than the stream gets the latest result whenever it has read the one before; events are kept
for it.
"""

import json
import socket
import threading
from collections import deque
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from arpipe.controls.senders.address import is_loopback
from arpipe.controls.watch import ControlEvent
from arpipe.errors import OutputError
from arpipe.needs import Need
from arpipe.types import FrameResult

MAX_CLIENTS = 8
MAX_EVENTS = 1000  # kept for a client that does not read
MAX_MESSAGE_BYTES = 1024  # of a client, whose messages are ignored
OPEN_S = 2.0  # for a client to ask for the WebSocket after it has connected
CLOSE_S = 1.0  # for a client to answer that the connection is closed
CHECK_S = 0.5  # between checks whether a client that waits for a result is gone


class JsonServer:
    """Serves a stream to every client that connects.

    Args:
        host: Loopback address to listen on.
        port: Port to listen on.

    Raises:
        OutputError: The port is taken.
    """

    needs: frozenset[Need] = frozenset()

    def __init__(self, host: str, port: int) -> None:
        self._clients: set[_Client] = set()
        self._lock = threading.Lock()
        try:
            self._server = serve(
                self._serve,
                host,
                port,
                process_request=_refuse_foreign_pages,
                compression=None,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                max_size=MAX_MESSAGE_BYTES,
                server_header=None,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(
                f"ws://{host}:{port}: cannot listen there ({reason}); choose another port"
            ) from error
        self.port = int(self._server.socket.getsockname()[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="json server", daemon=True)
        self._thread.start()

    def observe(self, result: FrameResult) -> None:
        """Offer the result of a frame to all clients."""
        clients = self._current()
        if clients:
            text = json.dumps({"type": "result", **result.to_dict()}, separators=(",", ":"))
            for client in clients:
                client.offer_result(text)

    def send_event(self, event: ControlEvent) -> None:
        """Queue an event for all clients."""
        text = json.dumps({"type": "event", **event.to_dict()}, separators=(",", ":"))
        for client in self._current():
            client.add_event(text)

    def close(self) -> None:
        """Disconnect all clients and stop listening; may be called twice."""
        for client in self._current():
            client.end()
        cutting = threading.Timer(CLOSE_S, self._cut)
        cutting.start()
        self._server.shutdown()
        cutting.cancel()
        self._thread.join()

    def _cut(self) -> None:
        """Break off what is being sent to clients that read nothing; it would never end."""
        for client in self._current():
            client.cut()

    def _current(self) -> list["_Client"]:
        with self._lock:
            return list(self._clients)

    def _serve(self, connection: ServerConnection) -> None:
        client = _Client(connection.socket)
        with self._lock:
            if len(self._clients) >= MAX_CLIENTS:
                connection.close(1013, f"{MAX_CLIENTS} clients are connected already")
                return
            self._clients.add(client)
        try:
            while client.is_open and connection.close_code is None:
                for text in client.wait():
                    connection.send(text)
        except ConnectionClosed:
            pass  # the client has gone
        finally:
            with self._lock:
                self._clients.discard(client)


class _Client:
    """What waits to be sent to one client: all events, and the latest result.

    Args:
        link: The connection.
    """

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._events: deque[str] = deque(maxlen=MAX_EVENTS)
        self._result: str | None = None
        self._changed = threading.Condition()
        self.is_open = True

    def offer_result(self, text: str) -> None:
        with self._changed:
            self._result = text
            self._changed.notify()

    def add_event(self, text: str) -> None:
        with self._changed:
            self._events.append(text)
            self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self.is_open = False
            self._changed.notify()

    def cut(self) -> None:
        """Break the connection off."""
        with suppress(OSError):  # it has ended meanwhile
            self._link.shutdown(socket.SHUT_RDWR)

    def wait(self) -> list[str]:
        """Wait a moment for something to send, and take it."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._result or not self.is_open, CHECK_S)
            texts = [*self._events, *([] if self._result is None else [self._result])]
            self._events.clear()
            self._result = None
            return texts


def _refuse_foreign_pages(connection: ServerConnection, request: Request) -> Response | None:
    """Refuse pages of other sites, which a browser would let connect to this machine, too."""
    origin = request.headers.get("Origin")
    if origin is None or is_loopback(urlsplit(origin).hostname or ""):
        return None
    text = f"pages of {origin} may not read what arpipe detects\n"
    return connection.respond(HTTPStatus.FORBIDDEN, text)
