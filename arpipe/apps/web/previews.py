"""Previews of all effects on the sample's face, rendered once and kept in memory."""

import asyncio
import logging
from concurrent.futures import Future
from contextlib import suppress

import numpy as np

from arpipe.apps.face_crop import FaceCrop, crop_for, crop_square
from arpipe.apps.web.catalog import CatalogEntry, EffectCatalog
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.effects.packs import needs_of
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from arpipe.needs import Need
from arpipe.pipeline.perception import Perception, PerceptionConfig
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.cut_out import over_checkerboard
from arpipe.types import Frame, FrameResult, Picture, Pixels

SAMPLE = SampleConfig(width=960, height=1080, frames=1, noise=0.0)
SETTLING_FRAMES = 5  # of the same picture, until landmarks, fit and light have converged
PREVIEW_SIDE_PX = 288
JPEG_QUALITY = 88
NO_EFFECT = "none"


class Previews:
    """Renders all previews in the background, one task each, so that sessions are served in between.

    Args:
        catalog: The effects.
        perception: How the face is detected.
        drawing: Draws for all sessions.
    """

    def __init__(self, catalog: EffectCatalog, perception: PerceptionConfig, drawing: SharedDrawing) -> None:
        self._perception, self._catalog = perception, catalog
        self._results: tuple[FrameResult, ...] = ()
        self._drawing = drawing
        self._renderer: EffectRenderer | None = None
        self._pictures: dict[str, Future[bytes]] = {NO_EFFECT: drawing.submit(self._draw, None)}
        for entry in catalog.entries.values():
            self._pictures[entry.id] = drawing.submit(self._draw, entry)
        drawing.submit(self._finish)

    async def picture(self, name: str) -> bytes | None:
        """Wait for a preview as JPEG; None if there is no such effect or it cannot be drawn."""
        if name not in self._pictures:
            return None
        try:
            return await asyncio.shield(asyncio.wrap_future(self._pictures[name]))
        except Exception as error:  # noqa: BLE001 - one effect that cannot be drawn must not take the page down
            logging.getLogger(__name__).warning("the preview of %s failed: %s", name, error)
            return None

    def close(self) -> None:
        """Cancel the previews that are not drawn yet."""
        for picture in self._pictures.values():
            picture.cancel()

    def _draw(self, entry: CatalogEntry | None) -> bytes:
        if not self._results:
            self._results = _detect_sample(self._perception, self._needs())
        if self._renderer is None:
            self._renderer = self._drawing.create_renderer(RenderConfig())
        packs = [] if entry is None else [entry.pack({})]
        self._renderer.update_effects(packs)
        picture = [self._renderer.render(result) for result in self._results][-1]
        return encode_jpeg(_crop(picture, crop_for(packs)), JPEG_QUALITY)

    def _needs(self) -> frozenset[Need]:
        """What all effects need; one that is broken tells so when its own preview is drawn."""
        needs: frozenset[Need] = frozenset()
        for entry in self._catalog.entries.values():
            with suppress(Exception):
                needs |= needs_of(entry.pack({}))
        return needs

    def _finish(self) -> None:
        if self._renderer is not None:
            self._renderer.close()
        self._renderer, self._results = None, ()


def _detect_sample(config: PerceptionConfig, needs: frozenset[Need]) -> tuple[FrameResult, ...]:
    with SampleSource(SAMPLE) as source:
        pixels, camera = source.frame(0).pixels, source.camera
    with Perception(config, needs) as perception:
        frames = [Frame(pixels, number / 30.0, number, camera) for number in range(SETTLING_FRAMES)]
        return tuple(map(perception.detect, frames))


def _crop(picture: Picture, crop: FaceCrop) -> Pixels:
    """Crop the face, or the middle of the picture if no face was detected."""
    height, width = picture.pixels.shape[:2]
    faces = picture.result.faces
    box_px = faces[0].landmarks.box_px if faces else np.array([0, 0, width, height])
    return crop_square(over_checkerboard(picture.pixels, picture.alpha), box_px, crop, PREVIEW_SIDE_PX)
