"""Connections that cannot harm the server: limits on their number, on time, and on unsent bytes.

uvicorn waits for as long as it takes for a request, for a reader and for a closing handshake. Here a request must be
complete in time, the oldest request gives way when there are too many connections, and a peer that does not read is
disconnected once what it has not read exceeds a limit.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import State

from arpipe.config import WebConfig
from arpipe.timing import Clock

LINGER_S = 3.0  # for the peer to take the reason for which it is disconnected
MAX_UNSENT_BYTES = 1 << 20  # of replies to pings
MAX_FRAGMENTS = 1024  # of a message
MAX_LOG_RECORDS, LOG_PERIOD_S = 10, 10.0
TRUE_ERRORS = (MemoryError, KeyboardInterrupt, SystemExit)

_TOO_MANY = b"All connections of this server are in use; try again in a moment.\n"
_MALFORMED = b"The WebSocket handshake is malformed.\n"
_TOO_SLOW = b"The request was not complete in time.\n"


def _refusal(status: bytes, text: bytes) -> bytes:
    """Return a complete HTTP response."""
    head = b"HTTP/1.1 %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, len(text)) + text


class HttpConnection(H11Protocol):
    """An HTTP connection with a limited time for each request and answer.

    Args:
        limits: Times, and the number of connections.
        config, server_state, app_state: What uvicorn's protocols take.
    """

    _numbers: ClassVar = count()

    def __init__(
        self, limits: WebConfig, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._limits = limits

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Accept the connection; if there are too many, the one that has waited longest for a request gives way."""
        super().connection_made(transport)
        self.number = next(self._numbers)
        self._deadline: asyncio.TimerHandle | None = None
        self._expect_request()
        if len(self.connections) > self._limits.max_connections:
            others = _http_connections(self.connections)
            leaving = min(others, key=lambda each: (each.is_answering, each.number))
            leaving.refuse(b"503 Service Unavailable", _TOO_MANY)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request; what cannot be parsed ends the connection."""
        try:
            super().data_received(data)
        except TRUE_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - h11 raises more than it documents for some of the wrong orders
            self.logger.warning("a connection sent what cannot be parsed: %s", error)
            self.transport.abort()
        if self.is_answering:
            self._cancel()

    @property
    def is_answering(self) -> bool:
        """Whether a request is complete and its answer is not."""
        return bool(self.cycle) and not self.cycle.response_complete

    def pause_writing(self) -> None:
        """Limit the time in which the peer reads on."""
        super().pause_writing()
        self._expect(self._limits.answer_s)

    def resume_writing(self) -> None:
        """Continue the answer, or wait for the next request."""
        super().resume_writing()
        if self.is_answering:
            self._cancel()
        else:
            self._expect_request()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection over to a `PageSocket`."""
        self._cancel()
        super().handle_websocket_upgrade(event)

    def refuse(self, status: bytes, reason: bytes) -> None:
        """End the connection, with a reason unless an answer has begun."""
        self._cancel()
        self.connections.discard(self)
        if not self.transport.is_closing() and not self.is_answering:
            self.transport.write(_refusal(status, reason))
        self.transport.close()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def _expect_request(self) -> None:
        self._expect(self._limits.request_s)

    def _expect(self, timeout_s: float) -> None:
        self._cancel()
        self._deadline = self.loop.call_later(timeout_s, self.refuse, b"408 Request Timeout", _TOO_SLOW)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class PageSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose peer is disconnected when it does not read, and whose end does not depend on the peer."""

    def handle_ping(self) -> None:
        """Reply, unless earlier replies were not read."""
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_cont(self, event: Any) -> None:
        """Collect a fragment; empty ones cost memory, too."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(1009, f"a message in more than {MAX_FRAGMENTS} parts")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; a text that is not UTF-8 ends the session."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self._fail(1007, "a command that is not UTF-8")
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """Disconnect a peer that does not answer pings."""
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        """End the session as the server stops; the base class raises for one that is closing already."""
        if self.handshake_complete and self.conn.state is not State.OPEN:
            self.stop_keepalive()
            self.transport.close()
        else:
            super().shutdown()

    async def run_asgi(self) -> None:
        """Run the session; afterwards the peer has `LINGER_S` to take what was sent."""
        await super().run_asgi()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Parse messages; a malformed handshake is refused, for which the base class has no answer."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(_refusal(b"400 Bad Request", _MALFORMED))
            self.transport.close()
            self.loop.call_later(LINGER_S, self.transport.abort)

    @property
    def _unsent_bytes(self) -> int:
        return 0 if self.transport.is_closing() else self.transport.get_write_buffer_size()

    def _fail(self, code: int, reason: str) -> None:
        """End the session with a reason."""
        if self.conn.close_sent is None:
            self.conn.send_close(code, reason)
            self.handle_parser_exception()
        self.loop.call_later(LINGER_S, self.transport.abort)


class LogLimit(logging.Filter):
    """Passes a few records per period, so that a peer cannot fill the disk.

    Args:
        records: Maximum number of records per period.
        period_s: Length of a period, s.
        clock: Monotonic seconds.
    """

    def __init__(
        self, records: int = MAX_LOG_RECORDS, period_s: float = LOG_PERIOD_S, clock: Clock = time.monotonic
    ) -> None:
        super().__init__()
        self._records, self._period_s, self._clock = records, period_s, clock
        self._since_s, self._count = clock(), 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged; the last one of a period says that more may be left out."""
        now_s = self._clock()
        if now_s - self._since_s >= self._period_s:
            self._since_s, self._count = now_s, 0
        self._count += 1
        if self._count == self._records:
            left_out = f"further messages are left out for {self._period_s:g} s"
            record.msg, record.args = f"{record.getMessage()}; {left_out}", ()
        return self._count <= self._records


@contextmanager
def limited_logs(*names: str) -> Iterator[None]:
    """Limit what some loggers log in the block."""
    limits = [(logging.getLogger(name), LogLimit()) for name in names]
    for logger, limit in limits:
        logger.addFilter(limit)
    try:
        yield
    finally:
        for logger, limit in limits:
            logger.removeFilter(limit)


def _http_connections(connections: Iterable[object]) -> Iterable[HttpConnection]:
    return (each for each in connections if isinstance(each, HttpConnection))
