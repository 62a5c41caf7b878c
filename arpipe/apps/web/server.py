"""The server of the page: static files, previews, WebSockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.live import Links
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.web import connection
from arpipe.apps.web.acceptor import Acceptor
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.connection import PageConnection
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.apps.web.model import model_picture
from arpipe.apps.web.previews import Previews
from arpipe.apps.web.protocol import CloseCode, ProtocolError
from arpipe.apps.web.security import POLICY, WILDCARDS, Access, AccessMiddleware
from arpipe.apps.web.server_camera import ServerCamera
from arpipe.apps.web.session import open_session
from arpipe.apps.web.transport import HttpConnection, PageSocket, limited_logs
from arpipe.apps.web.triggers import offer_effects
from arpipe.config import RunConfig, WebConfig
from arpipe.errors import ArpipeError, DeviceError

STATIC = Path(__file__).resolve().parent / "static"
UNCACHED = {"Cache-Control": "no-cache"}  # revalidated at each visit, so that an update takes effect
CACHED = {"Cache-Control": "private, max-age=600"}
SHUTDOWN_TIMEOUT_S = 1


class Site:
    """Everything that pages share.

    Args:
        config: The configuration.
        source: Camera or file of the server, for pages that ask for it; None for none.
        links: What leaves the app.
    """

    def __init__(self, config: RunConfig, source: str | None, links: Links) -> None:
        self._config, self._links = config, links
        self._source = source
        self._catalog = EffectCatalog(config.effects)
        self._sessions = 0
        self._failures = links.failures
        check_controls(config.controls)
        offer_effects(self._catalog, config.controls)

    def app(self) -> Starlette:
        """Return the routes, without access checks."""
        return Starlette(
            lifespan=self._lifespan,
            routes=[
                Route("/", self._page),
                Route("/about.json", self._about),
                Route("/catalog.json", self._list),
                Route("/preview/{name}.jpg", self._preview),
                Route("/sample.jpg", self._model),
                WebSocketRoute("/stream", self._stream),
                Mount("/static", UncachedFiles(directory=STATIC)),
            ],
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._drawing = SharedDrawing()
        self._previews = Previews(self._catalog, self._drawing, self._failures)
        self._camera = None if self._source is None else ServerCamera(self._source)
        try:
            yield
        finally:
            self._previews.close()
            if self._camera is not None:
                self._camera.close()
            await asyncio.get_running_loop().run_in_executor(None, self._drawing.close)

    async def _page(self, _request: Request) -> Response:
        full = self._sessions >= self._config.web.max_sessions
        name, status = ("full.html", 503) if full else ("index.html", 200)
        return FileResponse(STATIC / name, status, UNCACHED)

    async def _about(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "source": self._source,
                "active": self._catalog.active,
                "embed": self._config.web.embed,
            },
            headers=UNCACHED,
        )

    async def _list(self, _request: Request) -> Response:
        return JSONResponse(self._catalog.to_json(), headers=UNCACHED)

    async def _preview(self, request: Request) -> Response:
        picture = await self._previews.picture(request.path_params["name"])
        if picture is None:
            return Response("There is no such preview.\n", 404, media_type="text/plain")
        return Response(picture, headers=CACHED, media_type="image/jpeg")

    async def _model(self, _request: Request) -> Response:
        picture = await asyncio.get_running_loop().run_in_executor(None, model_picture)
        return Response(picture, headers=CACHED, media_type="image/jpeg")

    async def _stream(self, page: WebSocket) -> None:
        await page.accept()
        most = self._config.web.max_sessions
        if self._sessions >= most:
            await connection.close(
                page, CloseCode.FULL, f"All {most} sessions are in use; try again in a moment."
            )
            return
        self._sessions += 1
        try:
            await self._serve(page)
        except ProtocolError as broken:
            await connection.close(page, broken.code, str(broken))
        except ArpipeError as error:
            await connection.close(page, CloseCode.FAULT, str(error))
        except WebSocketDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - whatever a page has found, the others go on
            self._failures.note("a session", error)
            await connection.close(page, CloseCode.FAULT, f"The session failed ({type(error).__name__}).")
        finally:
            self._sessions -= 1

    async def _serve(self, page: WebSocket) -> None:
        hello = await connection.read_hello(page, self._config.web.request_s)
        if hello.mode == "server" and self._camera is None:
            raise ProtocolError("this server has no camera of its own; start it with --source")
        session = await open_session(self._config, self._catalog, self._drawing, hello.down, self._links)
        try:
            camera = self._camera if hello.mode == "server" else None
            await PageConnection(page, session, self._config.web).serve(camera)
        finally:
            await asyncio.shield(session.close())


class PageServer:
    """A server that listens from its creation on and answers in `run`.

    Args:
        web: Address and limits.
        app: What it serves, without access checks.
        policy: Content security policy of the page.

    Raises:
        ConfigError: It would listen beyond loopback without TLS.
        DeviceError: The port is in use, or the address does not belong to this machine.
    """

    def __init__(self, web: WebConfig, app: Starlette, policy: str = POLICY) -> None:
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
        host, port = self._socket.getsockname()[:2]
        name = socket.gethostname() if host in WILDCARDS else f"[{host}]" if ":" in host else host
        token = "" if self._access.token is None else f"?token={self._access.token}"
        if self._access.public_origin is not None:
            return f"{self._access.public_origin}/{token}"
        return f"{'https' if self._access.secure else 'http'}://{name}:{port}/{token}"

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
            super().__init__(config.web, Site(config, source, links).app())
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


class UncachedFiles(StaticFiles):
    """Files that browsers revalidate at each visit."""

    def file_response(self, *arguments: object, **options: object) -> Response:  # noqa: D102
        response = super().file_response(*arguments, **options)  # type: ignore[arg-type]
        response.headers.update(UNCACHED)
        return response


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise DeviceError(
            f"cannot listen on {host} port {port} ({error.strerror or error}); try: --port 0"
        ) from error
