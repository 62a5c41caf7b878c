"""The routes of the page. Python serves the page, the network and the prepared tensor; either side predicts."""

import json
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from arpipe.apps.model.page.answers import Facts, PageAnswers
from arpipe.apps.web.files import UNCACHED, UncachedFiles
from arpipe.errors import ArpipeError

STATIC = Path(__file__).resolve().parent / "static"
PICTURE_TYPE = "application/octet-stream"  # which pages of other sites cannot send without asking this server


class ModelSite:
    """The page of one network.

    Args:
        answers: The network.
        runtime: Folder of the browser's runtime; None if there is none.
        why_not: Why there is none; empty if there is.
        most_bytes: Largest picture.
    """

    def __init__(self, answers: PageAnswers, runtime: Path | None, why_not: str, most_bytes: int) -> None:
        self._answers, self._runtime, self._why_not = answers, runtime, why_not
        self._most_bytes = most_bytes

    def app(self) -> Starlette:
        """Return the routes, without access checks."""
        routes = [
            Route("/", self._page),
            Route("/about.json", self._about),
            Route("/model.onnx", self._graph),
            Route("/weights/{index:int}", self._weights),
            Route("/tensor", self._tensor, methods=["POST"]),
            Route("/predict", self._predict, methods=["POST"]),
            Route("/heat/{index:int}", self._heat, methods=["POST"]),
            Route("/maps/{layer:path}", self._maps, methods=["POST"]),
            Mount("/static", UncachedFiles(directory=STATIC)),
        ]
        if self._runtime is not None:
            routes.append(Mount("/runtime", UncachedFiles(directory=self._runtime)))
        return Starlette(routes=routes)

    async def _page(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=UNCACHED)

    async def _about(self, _request: Request) -> Response:
        facts = await run_in_threadpool(self._answers.facts)
        browser = {"in_browser": self._runtime is not None, "why_not": self._why_not}
        return JSONResponse({**facts, **browser}, headers=UNCACHED)

    async def _graph(self, _request: Request) -> Response:
        return Response(
            await run_in_threadpool(self._answers.graph), headers=UNCACHED, media_type=PICTURE_TYPE
        )

    async def _weights(self, request: Request) -> Response:
        index = int(request.path_params["index"])
        return await _answered(lambda: Response(self._answers.weights(index), media_type=PICTURE_TYPE))

    async def _tensor(self, request: Request) -> Response:
        def prepare(picture: bytes) -> Response:
            values, facts = self._answers.tensor(picture)
            return Response(values, headers={"x-place": json.dumps(facts["place"])}, media_type=PICTURE_TYPE)

        return await self._with_picture(request, prepare)

    async def _predict(self, request: Request) -> Response:
        return await self._with_picture(request, lambda picture: _json(self._answers.predict(picture)))

    async def _heat(self, request: Request) -> Response:
        index = int(request.path_params["index"])
        return await self._with_picture(request, lambda picture: _json(self._answers.heat(picture, index)))

    async def _maps(self, request: Request) -> Response:
        layer = str(request.path_params["layer"])
        return await self._with_picture(
            request, lambda picture: Response(self._answers.maps(picture, layer), media_type="image/png")
        )

    async def _with_picture(self, request: Request, answer: Callable[[bytes], Response]) -> Response:
        """Read the picture in a request, within the limit, and answer it on another thread."""
        if request.headers.get("content-type") != PICTURE_TYPE:
            return _problem(f"send the picture as {PICTURE_TYPE}", 415)
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > self._most_bytes:
                return _problem(f"the picture has more than {self._most_bytes} bytes; make it smaller", 413)
        return await _answered(lambda: answer(bytes(content)))


async def _answered(answer: Callable[[], Response]) -> Response:
    try:
        return await run_in_threadpool(answer)
    except ArpipeError as error:
        return _problem(str(error), 422)


def _json(facts: Facts) -> Response:
    return JSONResponse(dict(facts))


def _problem(text: str, status: int) -> Response:
    return JSONResponse({"problem": text}, status)
