"""One page's stream: its own faces, effects and codecs; only the render thread is shared.

A picture goes decode → see → draw → encode → page. The first two run on the session's own thread, drawing on the
render thread, coding on the session's other one, so the pictures in flight overlap and keep their order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from arpipe.apps.stream.session import come_to_the_same, limited
from arpipe.apps.web.catalog import Catalog
from arpipe.apps.web.drawing import Drawing
from arpipe.apps.web.protocol import (
    Code,
    PictureKind,
    PictureMessage,
    ProtocolError,
    View,
    Wear,
    build_picture,
)
from arpipe.config import RunConfig
from arpipe.effects.packs import load_effect, needs_of
from arpipe.errors import ArpipeError, MediaError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.video.stream_codec import H264Decoder, H264Encoder, decode_jpeg, encode_jpeg
from arpipe.pipeline.governor import Governor
from arpipe.pipeline.perception import Perception, PerceptionQuality
from arpipe.timing import StageTimer
from arpipe.types import Frame, FrameResult, Pixels

FACES = frozenset({"face"})  # looked for whatever is worn, to say when there is none
MESH = "debug"  # the effect that shows it
DARK_LEVEL = 28.0  # mean of 255 below which a face is hard to find
LIGHT_STEP_PX = 16
SMALLEST_SIDE_PX = 32
SHORTEST_STEP_S = 1e-3


Send = Callable[[bytes], Awaitable[None]]
"""Sends a message to the page."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A picture ready to be sent."""

    kind: PictureKind
    data: bytes
    facts: Mapping[str, Any]


class Session:
    """Sees and draws one stream. Made by `open_session`.

    Args:
        config: The whole run.
        catalog: What can be worn.
        renderer: The render thread.
        drawing: This stream's, made on that thread.
        perception: This stream's.
        down: How the page wants pictures.
    """

    def __init__(
        self,
        config: RunConfig,
        catalog: Catalog,
        renderer: ThreadPoolExecutor,
        drawing: Drawing,
        perception: Perception,
        down: Code,
    ) -> None:
        self._config, self._catalog, self._down = config, catalog, down
        self._renderer, self._drawing, self._perception = renderer, drawing, perception
        self._seeing = ThreadPoolExecutor(1, "see")
        self._coding = ThreadPoolExecutor(1, "code")
        self._timer = StageTimer()
        self._governor = Governor(config.governor)
        self._governor.same = lambda one, other: come_to_the_same(one, other, drawing.best, perception)
        self._max_pixels = config.web.max_width * config.web.max_height
        self._decoder = H264Decoder(self._max_pixels)
        self._encoder: H264Encoder | None = None
        self._view = View(type="view")
        self._count, self._last_s = 0, 0.0

    async def wear(self, order: Wear) -> None:
        """Draw other effects from the next picture on.

        Raises:
            ConfigError: One is not in the catalogue, or a parameter is wrong; those worn stay.
        """
        packs = {worn.id: self._catalog.entry(worn.id).pack(worn.params) for worn in order.effects}
        if self._view.mesh:
            packs[MESH] = load_effect(MESH)
        await self._on(self._renderer, self._drawing.wear, packs)
        self._perception.needs = FACES.union(*(needs_of(pack) for pack in packs.values()))

    def show(self, view: View) -> None:
        """Show it otherwise from the next picture on."""
        self._view = view

    def restart(self) -> None:
        """Another camera begins."""
        self._seeing.submit(self._forget)

    async def answer_picture(self, message: PictureMessage, send: Send) -> None:
        """Decode, see, draw, code and send back one picture.

        Raises:
            ProtocolError: It cannot be decoded or is too large.
        """
        started_s = time.perf_counter()
        try:
            result = await self._on(self._seeing, self._see_message, message)
        except MediaError as error:
            raise ProtocolError(str(error)) from error
        await self._answer(result, message.sequence, message.captured_ms, started_s, send)

    async def answer_frame(self, frame: Frame, sequence: int, captured_ms: float, send: Send) -> None:
        """See, draw, code and send one picture of the server's own camera."""
        started_s = time.perf_counter()
        result = await self._on(self._seeing, self._see, frame.pixels, frame.captured_s, frame.camera, {})
        await self._answer(result, sequence, captured_ms, started_s, send)

    async def close(self) -> None:
        """Free everything; pictures in flight are finished first."""
        loop = asyncio.get_running_loop()
        for pool in (self._seeing, self._coding):
            await loop.run_in_executor(None, pool.shutdown)
        with suppress(RuntimeError):  # the render thread has ended, and its contexts with it
            await self._on(self._renderer, self._drawing.close)
        self._perception.close()

    async def _answer(
        self, result: FrameResult, sequence: int, captured_ms: float, started_s: float, send: Send
    ) -> None:
        level = self._governor.level
        self._perception.quality = PerceptionQuality(level.attention, level.perception_every)
        render = limited(self._drawing.best, level)
        drawn = await self._on(self._renderer, self._drawing.draw, result, render)
        timings = {**result.timings_ms, **drawn.timings_ms}
        coded = await self._on(self._coding, self._code, drawn.pixels, result, timings)
        ended_s = time.perf_counter()
        total_ms = (ended_s - started_s) * 1000.0
        self._governor.observe(ended_s, total_ms)
        facts = {**coded.facts, "level": level.name, "total_ms": round(total_ms, 2)}
        await send(build_picture(coded.kind, sequence, captured_ms, facts, coded.data))

    def _see_message(self, message: PictureMessage) -> FrameResult:
        start_s = self._timer.clock()
        if message.kind is PictureKind.JPEG:
            pixels = decode_jpeg(message.data, self._max_pixels)
        else:
            pixels = self._decoder.decode(message.data)
        duration_ms = (self._timer.clock() - start_s) * 1000.0
        return self._see(pixels, message.captured_ms / 1000.0, None, {"receive": duration_ms})

    def _see(
        self,
        pixels: Pixels,
        captured_s: float,
        camera: CameraIntrinsics | None,
        before_ms: Mapping[str, float],
    ) -> FrameResult:
        height, width = pixels.shape[:2]
        if min(height, width) < SMALLEST_SIDE_PX:
            raise MediaError(f"a picture of {width}x{height}; the least side is {SMALLEST_SIDE_PX}")
        even = np.ascontiguousarray(pixels[: height - height % 2, : width - width % 2])
        self._last_s = max(captured_s, self._last_s + SHORTEST_STEP_S)
        frame = Frame(even, self._last_s, self._count, camera)
        self._count += 1
        result = self._perception.detect(frame)
        return replace(result, timings_ms={**before_ms, **result.timings_ms})

    def _code(self, pixels: Pixels, result: FrameResult, timings_ms: Mapping[str, float]) -> Coded:
        start_s = self._timer.clock()
        shown = _divided(pixels, result.frame.pixels, self._view)
        if self._down == "jpeg":
            kind, data = PictureKind.JPEG, encode_jpeg(shown, self._config.web.jpeg_quality)
        else:
            size = (shown.shape[1], shown.shape[0])
            if self._encoder is None or self._encoder.size != size:
                self._encoder = H264Encoder(*size, self._config.web.crf)
            data, is_key = self._encoder.encode(shown)
            kind = PictureKind.H264_KEY if is_key else PictureKind.H264_DELTA
        stages = {**timings_ms, "encode": (self._timer.clock() - start_s) * 1000.0}
        facts = {
            "faces": len(result.faces),
            "dark": bool(result.frame.pixels[::LIGHT_STEP_PX, ::LIGHT_STEP_PX].mean() < DARK_LEVEL),
            "width": shown.shape[1],
            "height": shown.shape[0],
            "stages": {name: round(value, 2) for name, value in stages.items() if name != "frame"},
        }
        return Coded(kind, data, facts)

    def _forget(self) -> None:
        self._perception.reset()
        self._decoder = H264Decoder(self._max_pixels)

    async def _on(self, pool: ThreadPoolExecutor, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)


async def open_session(
    config: RunConfig, catalog: Catalog, renderer: ThreadPoolExecutor, down: Code
) -> Session:
    """A session with its networks loaded and its OpenGL ready.

    Raises:
        ArpipeError: Weights or OpenGL are missing.
    """
    loop = asyncio.get_running_loop()
    perception = await loop.run_in_executor(None, lambda: Perception(config.perception, camera=config.camera))
    try:
        drawing = await loop.run_in_executor(renderer, Drawing, config.render)
    except ArpipeError:
        perception.close()
        raise
    return Session(config, catalog, renderer, drawing, perception, down)


def _divided(after: Pixels, before: Pixels, view: View) -> Pixels:
    """The drawn picture with the untouched one on one side of the divider."""
    if view.split is None:
        return after
    column = round(view.split * after.shape[1])
    if view.before == "left":
        after[:, :column] = before[:, :column]
    else:
        after[:, column:] = before[:, column:]
    return after
