"""Servers of pages: they listen, check access and limit connections."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.live import Links
from arpipe.apps.web.acceptor import Acceptor
from arpipe.apps.web.address import local_addresses
from arpipe.apps.web.security import (
    LOOPBACK_NAMES,
    POLICY,
    WILDCARDS,
    Access,
    AccessMiddleware,
    is_loopback,
)
from arpipe.apps.web.site import Site
from arpipe.apps.web.transport import HttpConnection, PageSocket, limited_logs
from arpipe.config import RunConfig, WebConfig
from arpipe.errors import DeviceError

SHUTDOWN_TIMEOUT_S = 1


class PageServer:
    """A server that listens from its creation on and answers in `run`.

    Args:
        web: Address and limits.
        app: What it serves, without access checks.
        policy: Content security policy of the page.

    Attributes:
        authority: PEM file that a phone may be made to trust; None unless the certificate was made here.

    Raises:
        ConfigError: It would listen beyond loopback without TLS.
        DeviceError: The port is in use, or the address does not belong to this machine.
        MissingExtra: It would make a certificate, and the extra for that is not installed.
    """

    def __init__(self, web: WebConfig, app: Starlette, policy: str = POLICY) -> None:
        web, self.authority = _with_certificate(web)
        self._access = Access.of(web)
        self._socket = _listen(web.host, web.port)
        self._server = _Server(
            web,
            uvicorn.Config(
                AccessMiddleware(app, self._access, policy),
                http="h11",
                ws=PageSocket,
                ws_max_size=web.max_message_kb * 1024,
                ws_per_message_deflate=False,
                ssl_certfile=web.tls_cert,
                ssl_keyfile=web.tls_key,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            ),
        )

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Address of the page, including the token."""
        return self._address(socket.gethostname() if self._host in WILDCARDS else self._host)

    @property
    def phone_url(self) -> str | None:
        """Address of the page for a phone in the same network; None if phones cannot reach it."""
        if self._access.public_origin is None and is_loopback(self._host):
            return None
        addresses = local_addresses() if self._host in WILDCARDS else [self._host]
        return self._address(addresses[0]) if addresses else self.url

    @property
    def _host(self) -> str:
        return str(self._socket.getsockname()[0])

    def _address(self, name: str) -> str:
        """Return the address of the page at a host name or IP address, or the public one, including the token."""
        host = f"[{name}]" if ":" in name else name
        origin = f"{self._access.scheme}://{host}:{self.port}"
        token = "" if self._access.token is None else f"?token={self._access.token}"
        return f"{self._access.public_origin or origin}/{token}"

    def run(self, ready: Callable[[str], None] | None = None) -> None:
        """Serve until `stop` or a signal; `ready` is called with the address once the server answers."""
        self._server.ready = None if ready is None else lambda: ready(self.url)
        try:
            with limited_logs("uvicorn.error", "asyncio"):
                self._server.run([self._socket])
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening; `run` does so at its end."""
        self._socket.close()

    def stop(self) -> None:
        """Let `run` return; may be called from any thread."""
        self._server.should_exit = True


class WebServer(PageServer):
    """The server of the live page.

    Args:
        config: The configuration; `config.web` has address and limits.
        source: Camera or file of the server, or None.

    Raises:
        ConfigError: As for `PageServer`.
        DeviceError: As for `PageServer`.
    """

    def __init__(self, config: RunConfig, source: str | None = None) -> None:
        with ExitStack() as stack:
            links = stack.enter_context(Links(config, Failures()))
            site = Site(config, source, links)
            super().__init__(config.web, site.app())
            site.phone_url = self.phone_url
            self._links = stack.pop_all()

    def close(self) -> None:
        """Stop listening, and close what results are sent through; `run` does so at its end."""
        super().close()
        self._links.close()


class _Server(uvicorn.Server):
    """Limits its connections, reports when it answers, and ends at a signal without an error."""

    ready: Callable[[], None] | None = None

    def __init__(self, limits: WebConfig, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._limits = limits

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])  # uvicorn listens to nothing: it cannot limit handshakes

        def make_connection() -> HttpConnection:
            return HttpConnection(self._limits, self.config, self.server_state, self.lifespan.state)

        limits, context = self._limits, self.config.ssl
        self.servers = [
            Acceptor(each, make_connection, context, limits.handshake_s, limits.max_connections)  # type: ignore[misc]  # as far as uvicorn goes
            for each in sockets or ()
        ]
        if self.ready is not None:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        self.should_exit = True


def _with_certificate(web: WebConfig) -> tuple[WebConfig, Path | None]:
    """Return the settings with the files of a certificate for this machine if they ask for one, and its authority."""
    if not web.certificate or web.tls_cert is not None or web.tls_key is not None:
        return web, None
    from arpipe.apps.web.certificate import is_certifiable, local_certificate

    hosts = {name.lower() for name in (socket.gethostname(), socket.getfqdn()) if is_certifiable(name)}
    stated = {name.lower() for name in (web.host, *web.hosts)} - set(WILDCARDS)
    made = local_certificate(sorted({*hosts, *stated, *LOOPBACK_NAMES, *local_addresses()}))
    return web.model_copy(update={"tls_cert": made.certificate, "tls_key": made.key}), made.authority


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise DeviceError(
            f"cannot listen on {host} port {port} ({error.strerror or error}); try: --port 0"
        ) from error
