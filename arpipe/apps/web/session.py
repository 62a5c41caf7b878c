"""One page's stream with its own tracking, effects and codecs; only the render thread and its context are shared.

A picture passes decoding, perception, drawing and encoding before it returns to the page. The first two run on a
thread of the session, drawing on the render thread, and encoding on another thread of the session, so pictures in
flight overlap and stay in order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar, TypeVarTuple

import numpy as np

from arpipe.apps.malloc import release_free_memory
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.reactions.reactions import Reactions
from arpipe.apps.stream.pacer import Pacer
from arpipe.apps.stream.selection import with_drives
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.compression import Compression
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.apps.web.protocol import (
    Encoding,
    Facts,
    PictureKind,
    PictureMessage,
    ProtocolError,
    SetEffects,
    SetNetwork,
    SetView,
    build_picture,
)
from arpipe.apps.web.triggers import Message, PageCommands
from arpipe.config import RunConfig
from arpipe.effects.packs import load_effect, needs_of
from arpipe.errors import ArpipeError, MediaError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.video.stream_codec import H264Decoder, decode_jpeg
from arpipe.needs import Need
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.cut_out import over_checkerboard
from arpipe.timing import FRAME_STAGE, StageTimer
from arpipe.types import Frame, FrameResult, Picture, Pixels

ALWAYS_DETECTED = frozenset({Need.FACE})  # so that the page can say when no face is found
MESH_EFFECT = "debug"
DARK_LEVEL = 28.0  # mean of 0 to 255 below which faces are hard to detect
BRIGHTNESS_STEP_PX = 16
MIN_SIDE_PX = 32
MIN_INTERVAL_S = 1e-3
STAGES_EVERY = 8  # pictures on a slow network, where the durations of stages are a fifth of the bytes

Send = Callable[[bytes], Awaitable[None]]
"""Sends a message to the page."""

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPicture:
    """A picture ready to be sent."""

    kind: PictureKind
    data: bytes
    facts: Facts


class WebSession:
    """Perception and drawing of one page's stream. Created by `open_session`.

    Args:
        config: The configuration of the run.
        catalog: The effects on offer.
        drawing: Draws for all sessions.
        renderer: Renderer of this stream, used on the render thread.
        perception: Perception of this stream.
        down: Encoding of the pictures that the page receives.
        reactions: Follows the configured conditions.
    """

    def __init__(
        self,
        config: RunConfig,
        catalog: EffectCatalog,
        drawing: SharedDrawing,
        renderer: EffectRenderer,
        perception: Perception,
        down: Encoding,
        reactions: Reactions,
    ) -> None:
        self._config, self._catalog = config, catalog
        self._compression = Compression(down, config.web)
        self._drawing, self._renderer, self._perception = drawing, renderer, perception
        self._pacer = Pacer(config.governor, perception, renderer)
        self._perception_thread = ThreadPoolExecutor(1, "perception")
        self._encoding_thread = ThreadPoolExecutor(1, "encode")
        self._max_pixels = config.web.max_width * config.web.max_height
        self._decoder = H264Decoder(self._max_pixels)
        self._view = SetView(type="view")
        self._reactions, self._commands = reactions, PageCommands(catalog)
        self._active = SetEffects(type="effects")
        reactions.attach(perception)
        self._count, self._last_s = 0, 0.0

    async def set_effects(self, command: SetEffects) -> None:
        """Draw other effects from the next picture on.

        Raises:
            ConfigError: An effect is not in the catalog, or a parameter is wrong; the active effects stay.
        """
        # Pictures that were detected before are drawn with the effects that they were detected for.
        background = self._commands.background
        packs = [] if background is None else [background]
        for effect in command.effects:
            pack = self._catalog.entry(effect.id).pack(effect.params)
            packs.append(with_drives(pack, self._reactions.drives))
        self._active = command
        if self._view.mesh:
            packs.append(load_effect(MESH_EFFECT))
        self._pacer.settle()
        self._perception.needs = self._perception.needs.union(*map(needs_of, packs))
        await _run(self._perception_thread, _wait_for_earlier_work)
        try:
            await self._drawing.run(self._renderer.update_effects, packs)
        finally:
            self._perception.needs = ALWAYS_DETECTED | self._renderer.needs

    async def react(self) -> list[Message]:
        """Carry out what was triggered since the last call; returns messages that make the page do its part."""
        background = self._commands.background
        self._reactions.run(self._commands)
        if self._commands.background is not background:
            await self.set_effects(self._active)
        return self._commands.take()

    def set_view(self, view: SetView) -> None:
        """Change the view from the next picture on."""
        self._view = view

    def set_network(self, network: SetNetwork) -> None:
        """Adapt the pictures to what the network of the page carries, from the next one on."""
        self._compression.network = network

    def restart(self) -> None:
        """Forget tracks and decoder state: the page has switched to another camera."""
        self._perception_thread.submit(self._reset)

    async def answer_picture(self, message: PictureMessage, send: Send) -> None:
        """Decode, process and encode a picture of the page, and send it back.

        Raises:
            ProtocolError: It cannot be decoded, or is too large or too small.
        """
        started_s = time.perf_counter()
        try:
            result = await _run(self._perception_thread, self._decode_and_detect, message)
        except MediaError as error:
            raise ProtocolError(str(error)) from error
        await self._answer(result, message.sequence, message.captured_ms, started_s, send)

    async def answer_frame(self, frame: Frame, sequence: int, captured_ms: float, send: Send) -> None:
        """Process and encode a frame of the server's own camera, and send it."""
        started_s = time.perf_counter()
        result = await _run(
            self._perception_thread, self._detect, frame.pixels, frame.captured_s, frame.camera
        )
        await self._answer(result, sequence, captured_ms, started_s, send)

    async def close(self) -> None:
        """Release everything, after the pictures in flight."""
        loop = asyncio.get_running_loop()
        for thread in (self._perception_thread, self._encoding_thread):
            await loop.run_in_executor(None, thread.shutdown)
        with suppress(RuntimeError):  # the render thread has ended, and its context with it
            await self._drawing.run(self._renderer.close)
        self._perception.close()
        await loop.run_in_executor(None, release_free_memory)

    async def _answer(
        self, result: FrameResult, sequence: int, captured_ms: float, started_s: float, send: Send
    ) -> None:
        level = self._pacer.level
        picture = await self._drawing.run(self._renderer.render, result)
        encoded = await _run(self._encoding_thread, self._encode, picture)
        total_ms = (time.perf_counter() - started_s) * 1000.0
        self._pacer.observe(total_ms)
        facts = {**encoded.facts, "level": level.name, "total_ms": round(total_ms, 2)}
        await send(build_picture(encoded.kind, sequence, captured_ms, facts, encoded.data))

    def _decode_and_detect(self, message: PictureMessage) -> FrameResult:
        timer = StageTimer()
        with timer.stage("receive"):
            if message.kind is PictureKind.JPEG:
                pixels = decode_jpeg(message.data, self._max_pixels)
            else:
                pixels = self._decoder.decode(message.data)
        self._check_largest(pixels.shape[1], pixels.shape[0])
        result = self._detect(pixels, message.captured_ms / 1000.0, None)
        return replace(result, timings_ms={**timer.timings_ms, **result.timings_ms})

    def _detect(self, pixels: Pixels, captured_s: float, camera: CameraIntrinsics | None) -> FrameResult:
        height, width = pixels.shape[:2]
        if min(height, width) < MIN_SIDE_PX:
            raise MediaError(
                f"a picture of {width}x{height} px; each side must have at least {MIN_SIDE_PX} px"
            )
        even = np.ascontiguousarray(pixels[: height - height % 2, : width - width % 2])
        self._last_s = max(captured_s, self._last_s + MIN_INTERVAL_S)
        frame = Frame(even, self._last_s, self._count, camera)
        self._count += 1
        return self._perception.detect(frame)

    def _check_largest(self, width: int, height: int) -> None:
        """Raise MediaError unless both sides of a picture fit into the limits, upright or not."""
        web = self._config.web
        allowed = sorted((web.max_width, web.max_height))
        if min(width, height) > allowed[0] or max(width, height) > allowed[1]:
            raise MediaError(f"a picture of {width}x{height} px; {allowed[1]}x{allowed[0]} px are allowed")

    def _encode(self, picture: Picture) -> EncodedPicture:
        timer, frame = StageTimer(), picture.result.frame
        with timer.stage("encode"):
            shown = _divide(over_checkerboard(picture.pixels, picture.alpha), frame.pixels, self._view)
            shown = self._compression.fit(shown)
            kind, data = self._compression.encode(shown)
        facts: dict[str, object] = {
            "faces": len(picture.result.faces),
            "own_glasses": any(face.wears_glasses for face in picture.result.faces),
            "dark": bool(frame.pixels[::BRIGHTNESS_STEP_PX, ::BRIGHTNESS_STEP_PX].mean() < DARK_LEVEL),
            "width": shown.shape[1],
            "height": shown.shape[0],
        }
        if self._compression.network.kbit is None or frame.index % STAGES_EVERY == 0:
            stages_ms = {**picture.result.timings_ms, **timer.timings_ms}
            facts["stages"] = {
                name: round(value, 2) for name, value in stages_ms.items() if name != FRAME_STAGE
            }
        return EncodedPicture(kind, data, facts)

    def _reset(self) -> None:
        self._perception.reset()
        self._decoder = H264Decoder(self._max_pixels)


def with_faces(config: RunConfig, most: int) -> RunConfig:
    """Return a configuration in which effects are drawn on at most so many faces."""
    face = config.perception.face.model_copy(update={"max_faces": most})
    perception = config.perception.model_copy(update={"face": face})
    return config.model_copy(update={"perception": perception})


async def open_session(
    config: RunConfig, catalog: EffectCatalog, drawing: SharedDrawing, down: Encoding, links: Links
) -> WebSession:
    """Open a session with its networks loaded and OpenGL ready.

    Raises:
        ArpipeError: Weights or OpenGL are missing.
    """
    loop = asyncio.get_running_loop()
    perception = await loop.run_in_executor(
        None, Perception, config.perception, ALWAYS_DETECTED, config.camera
    )
    try:
        renderer = await drawing.open_renderer(config.render)
    except ArpipeError:
        perception.close()
        raise
    reactions = LiveReactions(config, links)
    return WebSession(config, catalog, drawing, renderer, perception, down, reactions)


def _wait_for_earlier_work() -> None:
    """Do nothing; a thread that has done it has done everything that was submitted before."""


async def _run(thread: Executor, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *arguments)


def _divide(after: Pixels, before: Pixels, view: SetView) -> Pixels:
    """Show the frame without effects on one side of the divider; changes `after`."""
    if view.split is None:
        return after
    column = round(view.split * after.shape[1])
    if view.before == "left":
        after[:, :column] = before[:, :column]
    else:
        after[:, column:] = before[:, column:]
    return after
