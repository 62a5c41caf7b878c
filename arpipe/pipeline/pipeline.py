"""The whole way of a frame: perception, then effects."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

from arpipe.closing import Closing
from arpipe.controls.trigger import Edge, TriggerTimes
from arpipe.controls.watch import (
    ClassSource,
    ConditionWatch,
    ControlEvent,
    EventHandler,
    check_edge,
    check_handler,
    checked_condition,
    on_edge,
)
from arpipe.effects.packs import Pack, load_effects
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.fork_guard import ForkGuard, ProcessBound
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.pipeline_config import PipelineConfig, config_with
from arpipe.pipeline.render_thread import RenderThread
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.timing import Span
from arpipe.tracking.settings import Mode
from arpipe.types import Frame, FrameResult, Picture, Pixels

if TYPE_CHECKING:
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer

LARGE_FRAME_BYTES = 8_000_000  # copying it takes longer than handing it to another thread and back


class Pipeline(ProcessBound, Closing):
    """Detects and renders, frame after frame of one stream: a `Perception` and an `EffectRenderer`.

    Methods may be called from any thread; frames are processed in the order of the calls. OpenGL is created by the
    first `render`, on a thread of the pipeline's own, where layers draw, too. A pipeline that only detects needs none.
    With a `context` of the caller's, `render`, `set_effects` and `close` belong to that context's thread.

    Args:
        config: Everything that can be set.
        effects: A spec or pack, or several, instead of `config.effects`.
        layers: Layers of the caller's own, drawn as well; the pipeline closes them.
        observer: Called with every finished span, on the thread that did the work.
        context: OpenGL context to draw with, created on the drawing thread; the caller closes it after the pipeline.
        max_faces: Most faces, or "auto", instead of `config.perception.face.max_faces`.
        fov_deg: Vertical field of view of the camera, degrees, instead of `config.camera.fov_deg`.
        mode: Mode of all trackers, instead of those of `config.perception`: "image" takes every frame by itself, as for
            photos; "video" follows; "live" follows at an even pace.

    Attributes:
        config: As given, with the other arguments applied.
        perception: Detects.
        renderer: Renders.

    Raises:
        ConfigError: An argument, an effect or the camera file is wrong, or an argument is of another type.
        WeightsError: The networks cannot be obtained.
    """

    def __init__(
        self,
        config: PipelineConfig | None = None,
        effects: str | Pack | Sequence[str | Pack] | None = None,
        layers: "Sequence[Layer]" = (),
        observer: Callable[[Span], None] | None = None,
        context: "GlContext | None" = None,
        *,
        max_faces: int | Literal["auto"] | None = None,
        fov_deg: float | None = None,
        mode: Mode | None = None,
    ) -> None:
        self.config = config = config_with(config, max_faces, fov_deg, mode)
        chosen = config.effects if effects is None else effects
        self.renderer = EffectRenderer(config.render, chosen, layers, context, observer)
        self.perception = Perception(config.perception, self.renderer.needs, config.camera, observer)
        self._render_thread = RenderThread() if context is None else None
        self._detect_thread: ThreadPoolExecutor | None = None
        self._guard = ForkGuard("pipeline")
        self._next_index = 0
        self._callback_thread: int | None = None
        self._postponed: tuple[Pack, ...] | None = None

    @property
    def camera(self) -> CameraModel:
        """Gives the intrinsics of frames."""
        return self.perception.camera

    def detect(self, frame: Frame | Pixels, captured_s: float | None = None) -> FrameResult:
        """Detect everything that is asked for in the next frame.

        Args:
            frame: The frame, or its pixels: (h, w, 3) uint8 **RGB**, views included; `Frame.from_bgr` takes OpenCV's
                order. Nothing may write into the pixels while the result is in use.
            captured_s: Time of pixels, seconds on any rising clock; by default the time of the call. Smoothing
                depends on it, so give it for pixels of a file.

        Raises:
            ValueError: The array has another shape or dtype, or a time was given for a `Frame`, which has its own.
            ForkError: This process was forked from the one that made the pipeline.
        """
        return self.perception.detect(self._begin_frame(frame, captured_s))

    def render(self, result: FrameResult, out: Pixels | None = None) -> Picture:
        """Draw the effects onto the frame of a result; see `EffectRenderer.render`."""
        self._guard.check()
        if self._render_thread is None:
            return self.renderer.render(result, out)
        return self._render_thread.run(self.renderer.render, result, out)

    def process(self, frame: Frame | Pixels, captured_s: float | None = None) -> Picture:
        """Detect in the next frame and render it; arguments and errors as in `detect`."""
        self._guard.check()
        frame = self._begin_frame(frame, captured_s)
        if self._render_thread is None or math.prod(frame.shape) < LARGE_FRAME_BYTES:
            return self.render(self.perception.detect(frame))
        copy = self._render_thread.submit(frame.pixels.copy)  # on another core, while the networks run
        return self.render(self.perception.detect(frame), copy.result())

    async def aprocess(self, frame: Frame | Pixels, captured_s: float | None = None) -> Picture:
        """Process the next frame without blocking the event loop; arguments and errors as in `detect`.

        Frames are processed in the order of the calls, and several calls may be in progress: one frame is rendered
        while the next one is in perception. With a `context` of the caller's, rendering blocks the loop's thread.
        """
        import asyncio  # an event loop runs, so it has been imported

        self.perception.check_usable()
        frame = self._begin_frame(frame, captured_s)
        if self._detect_thread is None:
            self._detect_thread = ThreadPoolExecutor(1, "arpipe-detect")
        result = await asyncio.wrap_future(self._detect_thread.submit(self.perception.detect, frame))
        if self._render_thread is None:
            return self.renderer.render(result)
        return await asyncio.wrap_future(self._render_thread.submit(self.renderer.render, result))

    def set_effects(self, effects: str | Pack | Sequence[str | Pack]) -> None:
        """Draw other effects from the next frame on; those that stay are kept.

        In a function that `on` calls, the next frame is the one after that of the event, for which nothing was detected
        that other effects may need.

        Args:
            effects: A spec or pack, or several.

        Raises:
            ConfigError: An effect is wrong; the active ones stay.
        """
        self._guard.check()
        chosen = load_effects(effects)
        if self._callback_thread == threading.get_ident():
            self._postponed = chosen
            return
        if self._render_thread is None:
            self.renderer.update_effects(chosen)
        else:
            self._render_thread.run(self.renderer.update_effects, chosen)
        self.perception.needs = self.renderer.needs

    def on(
        self,
        when: str,
        *,
        edge: Edge = "start",
        times: TriggerTimes | None = None,
        recognizer: ClassSource | None = None,
    ) -> Callable[[EventHandler], EventHandler]:
        """Call a function when a condition begins, from the next frame on: `@pipeline.on("smile")`.

        What the condition needs is detected from then on. The function is called by `detect`, on its thread, and gets
        a `ControlEvent`; what it raises, `detect` raises. It may call all methods but `detect` and `process`.

        Args:
            when: The condition, such as "smile" or 'gesture == "Thumb_Up"'; see docs/controls.md.
            edge: "start" to call it when the condition begins, "end" when it ends.
            times: Averaging, hysteresis, hold and rest; None for the defaults. Photos are taken by themselves.
            recognizer: A `Recognizer` for conditions on classes of your own, such as 'class == "wave"'.

        Raises:
            ConfigError: It is not a condition, has an unknown name, or can never hold; the edge or the recogniser is
                wrong; or what is decorated is not a plain function.
            InferenceError: The pipeline is closed.
        """
        checked_condition(when, recognizer)
        check_edge(edge)
        used = times or TriggerTimes()
        if not self.config.perception.follows:
            used = used.instant

        def decorate(handler: EventHandler) -> EventHandler:
            check_handler(handler)
            watch = ConditionWatch(recognizer, follows=self.config.perception.follows)
            watch.add(when, when, used, on_edge(edge, lambda event: self._call_back(handler, event)))
            self.perception.attach(watch)
            return handler

        return decorate

    @property
    def faces_left_out(self) -> int:
        """As `Perception.faces_left_out`."""
        return self.perception.faces_left_out

    def facts(self) -> dict[str, object]:
        """Return what really runs: where each network runs, what draws and how well."""
        networks = {"provider": self.perception.provider, "networks": self.perception.providers}
        return {**networks, **self.renderer.facts()}

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        self.perception.reset()
        self._next_index = 0

    def close(self) -> None:
        """Free the networks and OpenGL; may be called twice."""
        if self._guard.is_forked:  # they are the other process's
            return
        if self._detect_thread is not None:
            self._detect_thread.shutdown(wait=self._callback_thread != threading.get_ident())
        if self._render_thread is None:
            self.renderer.close()
        else:
            self._render_thread.close(self.renderer.close)
        self.perception.close()

    def __repr__(self) -> str:
        effects = ", ".join(pack.name for pack in self.renderer.packs)
        return f"Pipeline(effects=[{effects}], {self.perception!r})"

    def _call_back(self, handler: EventHandler, event: ControlEvent) -> None:
        """Call a function that `on` has registered, and keep the effects that it sets for the next frame."""
        self._callback_thread = threading.get_ident()
        try:
            handler(event)
        finally:
            self._callback_thread = None

    def _begin_frame(self, picture: Frame | Pixels, captured_s: float | None) -> Frame:
        """Set postponed effects, and return a picture as a frame."""
        if self._postponed is not None:
            effects, self._postponed = self._postponed, None
            self.set_effects(effects)
        return self._as_frame(picture, captured_s)

    def _as_frame(self, picture: Frame | Pixels, captured_s: float | None) -> Frame:
        if isinstance(picture, Frame):
            if captured_s is not None:
                raise ValueError(
                    f"captured_s={captured_s} was given for a Frame, which has its own captured_s"
                )
            frame = picture
        else:
            time_s = time.monotonic() if captured_s is None else captured_s
            frame = Frame.from_rgb(picture, time_s, self._next_index)
        self._next_index = frame.index + 1
        return frame
