"""Static files of pages, and how long browsers keep them."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).resolve().parent / "static"
UNCACHED = {"Cache-Control": "no-cache"}  # revalidated at each visit, so that an update takes effect
CACHED = {"Cache-Control": "private, max-age=600"}


class UncachedFiles(StaticFiles):
    """Files that browsers revalidate at each visit."""

    def file_response(self, *arguments: object, **options: object) -> Response:  # noqa: D102
        response = super().file_response(*arguments, **options)  # type: ignore[arg-type]
        response.headers.update(UNCACHED)
        return response
