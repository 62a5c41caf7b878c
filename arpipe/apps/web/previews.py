"""Small pictures of everything that can be worn, on the sample's face: drawn once, kept in memory."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from arpipe.apps.framing import CUTS, FACE, WHOLE, Cut, square
from arpipe.apps.web.catalog import Catalog, Entry
from arpipe.apps.web.drawing import Drawing
from arpipe.errors import ArpipeError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from arpipe.pipeline.perception import Perception, PerceptionConfig
from arpipe.render.config import RenderConfig
from arpipe.types import Frame, FrameResult, Pixels

SAMPLE = SampleConfig(width=960, height=1080, frames=1, noise=0.0)
SETTLE_FRAMES = 5  # of the same picture, until landmarks, fit and light have settled
PREVIEW_SIDE_PX = 288
QUALITY = 88
NOTHING = "none"


@dataclass(frozen=True, slots=True, eq=False)
class _Sitter:
    """The sample's face, seen."""

    results: tuple[FrameResult, ...]


class Previews:
    """Draws all previews in the background, one task each, so that sessions take their turns between.

    Args:
        catalog: What to show.
        perception: How the face is found.
        renderer: The render thread.
    """

    def __init__(self, catalog: Catalog, perception: PerceptionConfig, renderer: ThreadPoolExecutor) -> None:
        self._perception = perception
        self._renderer = renderer
        self._sitter: _Sitter | None = None
        self._drawing: Drawing | None = None
        self._pictures: dict[str, Future[bytes]] = {NOTHING: renderer.submit(self._draw, None)}
        for entry in catalog.entries.values():
            self._pictures[entry.id] = renderer.submit(self._draw, entry)
        renderer.submit(self._finish)

    async def picture(self, name: str) -> bytes | None:
        """A JPEG; None when there is no such thing or it cannot be drawn."""
        if name not in self._pictures:
            return None
        try:
            return await asyncio.shield(asyncio.wrap_future(self._pictures[name]))
        except ArpipeError:
            return None

    def close(self) -> None:
        """Draw no more."""
        for picture in self._pictures.values():
            picture.cancel()

    def _draw(self, entry: Entry | None) -> bytes:
        if self._sitter is None:
            self._sitter = _sit(self._perception)
        if self._drawing is None:
            self._drawing = Drawing(RenderConfig())
        self._drawing.wear({} if entry is None else {entry.id: entry.pack({})})
        for result in self._sitter.results:
            drawn = self._drawing.draw(result, self._drawing.best)
        cut = WHOLE if entry is None or entry.group == "glasses" else CUTS.get(entry.id, FACE)
        return encode_jpeg(_cut(drawn.pixels, self._sitter.results[-1], cut), QUALITY)

    def _finish(self) -> None:
        if self._drawing is not None:
            self._drawing.close()
            self._drawing = None
        self._sitter = None


def _sit(config: PerceptionConfig) -> _Sitter:
    with SampleSource(SAMPLE) as source:
        pixels, camera = source.frame(0).pixels, source.camera
    with Perception(config) as perception:
        frames = [Frame(pixels, number / 30.0, number, camera) for number in range(SETTLE_FRAMES)]
        results = tuple(map(perception.detect, frames))
    return _Sitter(results)


def _cut(pixels: Pixels, result: FrameResult, cut: Cut) -> Pixels:
    """A square around the face; of the middle when none was found."""
    height, width = pixels.shape[:2]
    box = result.faces[0].landmarks.box_px if result.faces else np.array([0, 0, width, height])
    return square(pixels, box, cut, PREVIEW_SIDE_PX)
