"""The whole way of a frame: perception, then effects."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from arpipe.effects.packs import Pack
from arpipe.pipeline.camera_model import CameraConfig, CameraModel
from arpipe.pipeline.perception import Perception, PerceptionConfig
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.timing import Span
from arpipe.types import Frame, FrameResult, Picture, Pixels

if TYPE_CHECKING:
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer

LARGE_FRAME_BYTES = 8_000_000  # copying it takes longer than handing it to another thread and back


class PipelineConfig(BaseModel):
    """Everything between a frame and its picture.

    Attributes:
        camera: The camera that took the frames.
        perception: What is detected.
        render: Drawing quality; None picks what suits the machine.
        effects: Specs such as "aviator" or "lipstick(color=#a3123a)", drawn together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: CameraConfig = CameraConfig()
    perception: PerceptionConfig = PerceptionConfig()
    render: RenderConfig | None = None
    effects: tuple[str, ...] = ()


class Pipeline:
    """Detects and renders, frame after frame of one stream: a `Perception` and an `EffectRenderer`.

    OpenGL is created by the first `render`; a pipeline that only detects needs none.

    Args:
        config: Everything that can be set.
        effects: Specs or packs, instead of `config.effects`.
        layers: Layers of the caller's own, drawn as well; the pipeline closes them.
        observer: Called with every finished span, on the thread that did the work.
        context: OpenGL context to draw with, created on the drawing thread; the caller closes it after the pipeline.
            None for a headless one of the pipeline's own.

    Attributes:
        config: As given.
        perception: Detects.
        renderer: Renders.

    Raises:
        ConfigError: An effect or the camera file is wrong.
        WeightsError: The networks cannot be had.
    """

    def __init__(
        self,
        config: PipelineConfig | None = None,
        effects: Sequence[str | Pack] | None = None,
        layers: "Sequence[Layer]" = (),
        observer: Callable[[Span], None] | None = None,
        context: "GlContext | None" = None,
    ) -> None:
        self.config = config = config or PipelineConfig()
        chosen = config.effects if effects is None else effects
        self.renderer = EffectRenderer(config.render, chosen, layers, context, observer)
        self.perception = Perception(config.perception, self.renderer.needs, config.camera, observer)
        self._copying: ThreadPoolExecutor | None = None

    @property
    def camera(self) -> CameraModel:
        """Gives the intrinsics of frames."""
        return self.perception.camera

    def detect(self, frame: Frame) -> FrameResult:
        """Detect everything that is looked for in the next frame. May run on another thread than `render`."""
        return self.perception.detect(frame)

    def render(self, result: FrameResult, out: Pixels | None = None) -> Picture:
        """Draw the effects onto the frame of a result; see `EffectRenderer.render`."""
        return self.renderer.render(result, out)

    def process(self, frame: Frame) -> Picture:
        """Detect in the next frame and render it."""
        if frame.pixels.nbytes < LARGE_FRAME_BYTES:
            return self.render(self.detect(frame))
        if self._copying is None:
            self._copying = ThreadPoolExecutor(1, "arpipe-copy")
        copy = self._copying.submit(frame.pixels.copy)  # on another core, while the networks run
        return self.render(self.detect(frame), copy.result())

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Draw other effects from the next frame on; see `EffectRenderer.update_effects`.

        Raises:
            ConfigError: An effect is wrong; the active ones stay.
        """
        self.renderer.update_effects(effects)
        self.perception.needs = self.renderer.needs

    def facts(self) -> dict[str, object]:
        """What really runs: where the networks run, what draws and how well."""
        return {"provider": self.perception.provider, **self.renderer.facts()}

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        self.perception.reset()

    def close(self) -> None:
        """Free the networks and OpenGL; may be called twice."""
        self.renderer.close()
        if self._copying is not None:
            self._copying.shutdown()
            self._copying = None
        self.perception.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
