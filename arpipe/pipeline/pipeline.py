"""The whole way of a frame: perception, then effects."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects.packs import Pack, load_effect, needs_of
from arpipe.geometry.calibration import load_intrinsics
from arpipe.geometry.camera import DEFAULT_VERTICAL_FOV_DEG, CameraIntrinsics
from arpipe.pipeline.perception import Perception, PerceptionConfig
from arpipe.render.config import RenderConfig
from arpipe.render.cut_out import opacity_of
from arpipe.timing import FRAME_STAGE, Span, StageTimer
from arpipe.types import Frame, FrameResult, Picture, Pixels

# OpenGL is imported by the first drawing: who only wants landmarks is spared a fifth of the time to the first.
if TYPE_CHECKING:
    from arpipe.effects.built import BuiltEffect
    from arpipe.render.compositor import Compositor
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer, PixelLayer

LARGE_FRAME_BYTES = 8_000_000  # copying it takes longer than handing it to another thread and back


class CameraConfig(BaseModel):
    """Which camera took the pictures.

    Attributes:
        file: Intrinsics as `arpipe calibrate` writes them, scaled to each frame's size.
        fov_deg: Vertical field of view, degrees; used when there is no file. None for what the source knows
            of its camera, else 63.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fov_deg: float | None = Field(default=None, gt=0, lt=180)
    file: Path | None = None


class PipelineConfig(BaseModel):
    """Everything between a frame and its picture.

    Attributes:
        camera: Whose pictures they are.
        perception: What is looked for.
        render: Drawing quality; None picks what suits the machine.
        effects: Specs such as "aviator" or "lipstick(color=#a3123a)", drawn together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: CameraConfig = CameraConfig()
    perception: PerceptionConfig = PerceptionConfig()
    render: RenderConfig | None = None
    effects: tuple[str, ...] = ()


class Pipeline:
    """Sees and draws, frame after frame of one stream.

    The OpenGL context is made by the first `draw`, on its thread; a pipeline that never draws needs none.

    Args:
        config: Everything settable.
        effects: Specs or packs, instead of `config.effects`.
        layers: Effects of one's own, drawn besides; the pipeline closes them.
        observer: Called with every finished span, on the thread that did the work.
        context: OpenGL to draw with, made on the drawing thread, instead of one of its own; the caller closes
            it after the pipeline.

    Raises:
        ConfigError: An effect or the camera file is wrong.
        WeightsError: The networks cannot be had.
    """

    def __init__(
        self,
        config: PipelineConfig | None = None,
        effects: Sequence[str | Pack] | None = None,
        layers: "Sequence[Layer | PixelLayer]" = (),
        observer: Callable[[Span], None] | None = None,
        context: "GlContext | None" = None,
    ) -> None:
        self.config = config or PipelineConfig()
        self._seeing, self._drawing = StageTimer(observer=observer), StageTimer(observer=observer)
        chosen = self.config.effects if effects is None else effects
        self._packs = tuple(_pack(effect) for effect in chosen)
        file = self.config.camera.file
        self._intrinsics = None if file is None else load_intrinsics(file)
        self._own_layers = tuple(layers)
        self._worn: list[BuiltEffect] = []
        self._given_context = context
        self._context: GlContext | None = None
        self._compositor: Compositor | None = None
        self._copying: ThreadPoolExecutor | None = None
        self.perception = Perception(self.config.perception, self._needs())

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The effects that are drawn."""
        return self._packs

    def camera_for(self, width: int, height: int, known: CameraIntrinsics | None = None) -> CameraIntrinsics:
        """Intrinsics of an image of this size: the file's, the field of view's, the `known` ones, or 63°."""
        if self._intrinsics is not None:
            return self._intrinsics.resized(width, height)
        fov_deg = self.config.camera.fov_deg
        if fov_deg is None and known is not None:
            return known
        return CameraIntrinsics.from_fov(width, height, fov_deg or DEFAULT_VERTICAL_FOV_DEG)

    def __call__(self, frame: Frame) -> FrameResult:
        """Look at the next frame of the stream. May run on another thread than the drawing."""
        return self.perception(frame, self.camera_for(frame.width, frame.height, frame.camera), self._seeing)

    def draw(self, result: FrameResult, out: Pixels | None = None) -> Pixels:
        """The frame with all effects on it; `picture` without the durations."""
        return self.picture(result, out).pixels

    def picture(self, result: FrameResult, out: Pixels | None = None) -> Picture:
        """The frame with all effects on it, and the result with the drawing's durations added.

        Args:
            result: What `self(frame)` gave.
            out: Draw onto this picture, which already shows the frame, instead of a new copy.

        Raises:
            RenderError: No OpenGL, or called from another thread than the first time.
        """
        compositor = self._prepare_drawing()
        frame, timer = result.frame, self._drawing
        camera = self.camera_for(frame.width, frame.height, frame.camera)
        timer.begin_frame(frame.index)
        with timer.stage(FRAME_STAGE):
            layers = [*(layer for effect in self._worn for layer in effect.layers), *self._own_layers]
            pixels = compositor.draw(result, camera, layers, timer, out)
            alpha = opacity_of(layers, pixels)
        durations = dict(result.timings_ms)
        for stage, duration_ms in timer.timings_ms.items():
            durations[stage] = durations.get(stage, 0.0) + duration_ms
        return Picture(pixels, replace(result, timings_ms=durations), alpha)

    def process(self, frame: Frame) -> Picture:
        """Look at the next frame of the stream and draw on it."""
        if frame.pixels.nbytes < LARGE_FRAME_BYTES:
            return self.picture(self(frame))
        if self._copying is None:
            self._copying = ThreadPoolExecutor(1, "arpipe-copy")
        copy = self._copying.submit(frame.pixels.copy)  # on another core, while the networks run
        return self.picture(self(frame), copy.result())

    def facts(self) -> dict[str, object]:
        """What really runs: where networks do, what draws and how well; renderer and quality once it has drawn."""
        drawing: dict[str, object] = {}
        if self._context is not None and self._compositor is not None:
            drawing = {"renderer": self._context.renderer, "render": self._compositor.config.model_dump()}
        return {"provider": self.perception.provider, **drawing}

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Wear other effects from the next `draw` on; call it on the drawing thread.

        What is worn already is kept, and adjusted where only parameters differ.

        Raises:
            ConfigError: An effect is wrong; the ones worn stay.
        """
        packs = tuple(_pack(effect) for effect in effects)
        if self._context is not None:
            from arpipe.effects.built import worn_next

            self._context.make_current()
            self._worn = worn_next(self._worn, packs, self._context)
        self._packs = packs
        self.perception.needs = self._needs()

    @property
    def quality(self) -> RenderConfig:
        """Drawing quality in force; asked for on the drawing thread."""
        return self._prepare_drawing().config

    def set_quality(self, render: RenderConfig) -> None:
        """Draw with another quality from the next frame on."""
        self._prepare_drawing().config = render

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        self.perception.reset()

    def close(self) -> None:
        """Free networks and OpenGL, on the drawing thread; may be called twice."""
        if self._context is not None:
            self._context.make_current()  # else objects of the same number in another context would go
        for effect in self._worn:
            effect.close()
        self._worn = []
        for layer in self._own_layers:
            layer.close()
        if self._compositor is not None:
            self._compositor.close()
            self._compositor = None
        if self._context is not None and self._context is not self._given_context:
            self._context.close()
        self._context = None
        if self._copying is not None:
            self._copying.shutdown()
            self._copying = None
        self.perception.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare_drawing(self) -> "Compositor":
        if self._compositor is None:
            from arpipe.effects.built import worn_next
            from arpipe.render.compositor import Compositor
            from arpipe.render.context import GlContext

            with ExitStack() as undo:
                context = self._given_context or undo.enter_context(GlContext.headless())
                self._worn = worn_next((), self._packs, context)
                self._compositor = Compositor(context, self.config.render)
                self._context = context
                undo.pop_all()
        return self._compositor

    def _needs(self) -> frozenset[str]:
        """What all effects together ask of perception."""
        own = (layer.needs for layer in self._own_layers)
        return frozenset().union(*own, *(needs_of(pack) for pack in self._packs))


def _pack(effect: str | Pack) -> Pack:
    return effect if isinstance(effect, Pack) else load_effect(effect)
