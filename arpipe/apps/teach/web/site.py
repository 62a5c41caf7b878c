"""The routes of the teaching page."""

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from arpipe.apps.failures import Failures
from arpipe.apps.teach.web.connection import TeachConnection
from arpipe.apps.web import files
from arpipe.apps.web.connection import close
from arpipe.apps.web.protocol import CloseCode, ProtocolError
from arpipe.config import RunConfig
from arpipe.errors import ArpipeError

STATIC = Path(__file__).resolve().parent / "static"


class TeachSite:
    """The page, for one visitor at a time.

    Args:
        run: The configuration.
        file: Recogniser to begin with; None for an empty one.
        output: File that is saved to.
    """

    def __init__(self, run: RunConfig, file: Path | None, output: Path) -> None:
        self._run, self._file, self._output = run, file, output
        self._teaching = asyncio.Lock()
        self._failures = Failures()

    def app(self) -> Starlette:
        """Return the routes, without access checks."""
        return Starlette(
            routes=[
                Route("/", self._page),
                WebSocketRoute("/teach", self._teach),
                Mount("/static/teach", files.UncachedFiles(directory=STATIC)),
                Mount("/static", files.UncachedFiles(directory=files.STATIC)),
            ]
        )

    async def _page(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=files.UNCACHED)

    async def _teach(self, page: WebSocket) -> None:
        await page.accept()
        if self._teaching.locked():
            await close(page, CloseCode.FULL, "Somebody else is teaching; close the other page first.")
            return
        async with self._teaching:
            try:
                await TeachConnection(page, self._run, self._file, self._output).serve()
            except ProtocolError as broken:
                await close(page, broken.code, str(broken))
            except ArpipeError as error:
                await close(page, CloseCode.FAULT, str(error))
            except (WebSocketDisconnect, RuntimeError):
                return
            except Exception as error:  # noqa: BLE001 - the server goes on
                self._failures.note("a session", error)
                await close(page, CloseCode.FAULT, f"The session failed ({type(error).__name__}).")
