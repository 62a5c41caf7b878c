"""The live page: its HTML, what it loads, and its sessions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from arpipe.apps.reactions.live import Links
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.web import connection
from arpipe.apps.web.address import qr_svg
from arpipe.apps.web.brand import LOGO_TYPES, brand_css, read_brand
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.connection import PageConnection
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.apps.web.files import CACHED, STATIC, UNCACHED, UncachedFiles
from arpipe.apps.web.model import model_picture
from arpipe.apps.web.pages import render_page
from arpipe.apps.web.previews import Previews
from arpipe.apps.web.protocol import CloseCode, ProtocolError
from arpipe.apps.web.server_camera import ServerCamera
from arpipe.apps.web.session import open_session, with_faces
from arpipe.apps.web.texts import Texts, choose_language, load_texts
from arpipe.apps.web.triggers import offer_effects
from arpipe.config import RunConfig
from arpipe.errors import ArpipeError, ConfigError, MissingExtra
from arpipe.spelling import nearest


class Site:
    """Everything that pages share.

    Args:
        config: The configuration.
        source: Camera or file of the server, for pages that ask for it; None for none.
        links: What leaves the app.

    Attributes:
        phone_url: Address of the page for phones; None if they cannot reach it.
    """

    phone_url: str | None = None

    def __init__(self, config: RunConfig, source: str | None, links: Links) -> None:
        self._config, self._links = config, links
        self._source = source
        self._texts, self._brand = load_texts(config.web.texts), read_brand(config.web.brand)
        language = config.web.language
        if language not in ("auto", *self._texts):
            raise ConfigError(
                f"web.language: there are no texts in {language!r}{nearest(language, self._texts)}"
            )
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
                Route("/brand.css", self._colors),
                Route("/logo", self._logo),
                Route("/phone.svg", self._phone),
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
        self._camera = None if self._source is None else ServerCamera(self._source, self._config.live.device)
        try:
            yield
        finally:
            self._previews.close()
            if self._camera is not None:
                self._camera.close()
            await asyncio.get_running_loop().run_in_executor(None, self._drawing.close)

    async def _page(self, request: Request) -> Response:
        full = self._sessions >= self._config.web.max_sessions
        name, status = ("full.html", 503) if full else ("live.html", 200)
        content = render_page(name, self._language(request), self._texts, self._brand)
        return HTMLResponse(content, status, headers={**UNCACHED, "Vary": "Accept-Language"})

    async def _colors(self, _request: Request) -> Response:
        return Response(brand_css(self._brand), headers=UNCACHED, media_type="text/css")

    async def _logo(self, _request: Request) -> Response:
        if self._brand.logo is None:
            return Response("There is no logo.\n", 404, media_type="text/plain")
        return FileResponse(
            self._brand.logo, headers=UNCACHED, media_type=LOGO_TYPES[self._brand.logo.suffix.lower()]
        )

    async def _phone(self, _request: Request) -> Response:
        """Return the QR code of the address for phones."""
        try:
            if self.phone_url is not None:
                return Response(qr_svg(self.phone_url), headers=UNCACHED, media_type="image/svg+xml")
            problem = "Phones cannot reach this page."
        except MissingExtra as error:
            problem = str(error)
        return Response(f"{problem}\n", 404, media_type="text/plain")

    def _language(self, request: Request) -> Texts:
        """Return the texts for a visitor."""
        asked, accepted = request.query_params.get("lang"), request.headers.get("accept-language", "")
        return self._texts[choose_language(self._texts, asked, self._config.web.language, accepted)]

    async def _about(self, _request: Request) -> Response:
        most = self._config.perception.face.max_faces
        return JSONResponse(
            {
                "source": self._source,
                "active": self._catalog.active,
                "embed": self._config.web.embed,
                "phone": self.phone_url,
                "max_faces": 1 if most == "auto" else most,
            },
            headers=UNCACHED,
        )

    async def _list(self, request: Request) -> Response:
        return JSONResponse(self._catalog.to_json(self._language(request).translate), headers=UNCACHED)

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
        config = self._config if hello.max_faces is None else with_faces(self._config, hello.max_faces)
        session = await open_session(config, self._catalog, self._drawing, hello.down, self._links)
        try:
            camera = self._camera if hello.mode == "server" else None
            await PageConnection(page, session, self._config.web).serve(camera)
        finally:
            await asyncio.shield(session.close())
