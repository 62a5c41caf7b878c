"""Accepts connections, each with a limited time for its TLS handshake.

asyncio's own server waits a minute for a handshake and does not count those that are under way, so that a few hundred
silent clients could use up all file descriptors. Here, handshakes are limited in number and in time.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

PAUSE_S = 0.5  # after a connection could not be accepted because the process has no descriptor left


class Acceptor:
    """Accepts the connections of a listening socket until it is closed; to be created within a running loop.

    Has the methods of `asyncio.Server` that uvicorn calls at its end.

    Args:
        listener: The listening socket, which stays the caller's.
        make_protocol: Creates the protocol of a connection, which is connected after the handshake.
        context: Certificate and key, or None for connections without TLS.
        timeout_s: Time for a handshake, s; the connection is closed afterwards.
        max_pending: Maximum number of handshakes under way; when there are more, the oldest is given up.
    """

    def __init__(
        self,
        listener: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext | None,
        timeout_s: float,
        max_pending: int,
    ) -> None:
        self._listener, self._make_protocol, self._context = listener, make_protocol, context
        self._timeout_s, self._max_pending = timeout_s, max_pending
        self._pending: dict[asyncio.Task[None], socket.socket] = {}  # oldest first
        listener.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept())

    def close(self) -> None:
        """Accept no more connections, and give up handshakes."""
        self._accepting.cancel()
        for pending in self._pending:
            pending.cancel()

    async def wait_closed(self) -> None:
        """Wait until everything that `close` ended has ended."""
        await asyncio.wait({self._accepting, *self._pending})

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, _ = await loop.sock_accept(self._listener)
            except OSError:  # out of descriptors, or the client has left already
                await asyncio.sleep(PAUSE_S)
                continue
            connecting = loop.create_task(self._connect(connected))
            self._pending[connecting] = connected
            connecting.add_done_callback(self._forget)
            if len(self._pending) > self._max_pending:
                next(iter(self._pending)).cancel()
            await asyncio.sleep(0)  # a burst of connections must not keep the others waiting

    async def _connect(self, connected: socket.socket) -> None:
        """Complete the handshake and connect the protocol; clients that fail to are disconnected."""
        timeout_s = None if self._context is None else self._timeout_s
        with suppress(OSError):  # includes errors of TLS and timeouts
            await asyncio.get_running_loop().connect_accepted_socket(
                self._make_protocol,
                connected,
                ssl=self._context,
                ssl_handshake_timeout=timeout_s,
                ssl_shutdown_timeout=timeout_s,
            )

    def _forget(self, connecting: asyncio.Task[None]) -> None:
        connected = self._pending.pop(connecting)
        if connecting.cancelled():  # perhaps before it began, so that no transport owns the socket
            connected.close()
