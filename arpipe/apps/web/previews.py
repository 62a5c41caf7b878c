"""Previews of all effects on the sample's face, rendered once and kept in memory."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace

import numpy as np

from arpipe.apps.face_crop import crop_for, crop_square
from arpipe.apps.failures import Failures
from arpipe.apps.sitter import sitter
from arpipe.apps.web.catalog import CatalogEntry, EffectCatalog
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.effects.changes import without_reactions
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.cut_out import over_checkerboard
from arpipe.types import FrameResult

SAMPLE = SampleConfig(width=960, height=1080, frames=1, noise=0.0)
SETTLING_FRAMES = 5  # of the same picture, until fit and light have converged
FRAME_S = 1.0 / 30.0
PREVIEW_SIDE_PX = 288
JPEG_QUALITY = 88
NO_EFFECT = "none"


class Previews:
    """Renders all previews in the background, one task each, so that sessions are served in between.

    Args:
        catalog: The effects.
        drawing: Draws for all sessions.
        failures: Collects the previews that cannot be drawn.
    """

    def __init__(self, catalog: EffectCatalog, drawing: SharedDrawing, failures: Failures) -> None:
        self._results: tuple[FrameResult, ...] = ()
        self._drawing, self._failures = drawing, failures
        self._renderer: EffectRenderer | None = None
        self._pictures: dict[str, Future[bytes | None]] = {NO_EFFECT: drawing.submit(self._preview, None)}
        for entry in catalog.entries.values():
            self._pictures[entry.id] = drawing.submit(self._preview, entry)
        drawing.submit(self._finish)

    async def picture(self, name: str) -> bytes | None:
        """Wait for a preview as JPEG; None if there is no such effect or it cannot be drawn."""
        if name not in self._pictures:
            return None
        return await asyncio.shield(asyncio.wrap_future(self._pictures[name]))

    def close(self) -> None:
        """Cancel the previews that are not drawn yet."""
        for picture in self._pictures.values():
            picture.cancel()

    def _preview(self, entry: CatalogEntry | None) -> bytes | None:
        """Return a preview as JPEG; None if it fails, which is reported and leaves the others alone."""
        try:
            return self._draw(entry)
        except Exception as error:  # noqa: BLE001 - packs may come from anywhere
            self._failures.note(f"the preview of {NO_EFFECT if entry is None else entry.id}", error)
            return None

    def _draw(self, entry: CatalogEntry | None) -> bytes | None:
        if not self._results:
            self._results = _still_sitter()
        if self._renderer is None:
            self._renderer = self._drawing.create_renderer(RenderConfig())
        packs = [] if entry is None else [without_reactions(entry.pack({}))]
        self._renderer.update_effects(packs)
        picture = [self._renderer.render(result) for result in self._results][-1]
        if packs and np.array_equal(picture.pixels, picture.result.frame.pixels):
            return None  # what it draws is not in the picture: bodies and hands
        shown = over_checkerboard(picture.pixels, picture.alpha)
        box_px = picture.result.faces[0].landmarks.box_px
        return encode_jpeg(crop_square(shown, box_px, crop_for(packs), PREVIEW_SIDE_PX), JPEG_QUALITY)

    def _finish(self) -> None:
        if self._renderer is not None:
            self._renderer.close()
        self._renderer, self._results = None, ()


def _still_sitter() -> tuple[FrameResult, ...]:
    """Return the same view of the sitter several times in a row."""
    with SampleSource(SAMPLE) as source:
        result = sitter(source, 0)
    return tuple(
        replace(result, frame=replace(result.frame, index=index, captured_s=index * FRAME_S))
        for index in range(SETTLING_FRAMES)
    )
