"""Draws effects onto frames: from a result of `Perception.detect` to a picture."""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from arpipe.closing import Closing
from arpipe.effects.packs import Pack, can_do_without_gl, load_effects, needs_of, uses_gl
from arpipe.effects.reacting_packs import ReactingPacks
from arpipe.errors import ConfigError, NotDrawnByCpu, RenderError
from arpipe.needs import AnyNeed, parse_needs
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.fork_guard import ForkGuard, ProcessBound
from arpipe.render.config import RenderConfig
from arpipe.render.cut_out import opacity_of
from arpipe.timing import FRAME_STAGE, Span, StageTimer
from arpipe.types import FrameResult, Picture, Pixels, TrackedBody, TrackedFace, TrackedHand

# OpenGL is imported by the first frame that is drawn: detection alone starts a fifth faster without it.
if TYPE_CHECKING:
    from arpipe.effects.active import ActiveEffects
    from arpipe.render.compositor import Compositor
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer
    from arpipe.render.rasteriser.library import Rasteriser


class EffectRenderer(ProcessBound, Closing):
    """Draws the active effects of one stream.

    OpenGL is created by the first `render` (or by `open`) that draws an effect which uses it, on the calling thread,
    which all further calls of `render`, `update_effects` and `close` must come from. Reading a property never creates
    it.

    Args:
        config: What draws, and how well; None picks what suits the machine and the effects.
        effects: Specs such as "aviator", or packs, drawn together.
        layers: Layers of the caller's own, drawn as well; the renderer closes them.
        context: OpenGL context to draw with, created on the drawing thread; the caller closes it after the renderer.
            None for a headless one of the renderer's own. Not used where the CPU draws, see `RenderConfig.renderer`.
        observer: Called with every finished span, on the drawing thread.
        spare: Inactive effects that stay built, so that activating them again costs nothing.

    Raises:
        ConfigError: An effect is wrong, or one of the caller's own does not derive from `Layer`.
    """

    def __init__(
        self,
        config: RenderConfig | None = None,
        effects: str | Pack | Iterable[str | Pack] = (),
        layers: "Sequence[Layer]" = (),
        context: "GlContext | None" = None,
        observer: Callable[[Span], None] | None = None,
        spare: int = 0,
    ) -> None:
        self._config = config
        self._quality: RenderConfig | None = None
        self._packs = load_effects(effects)
        self._reacting = ReactingPacks(self._packs)
        self._own_layers = _check(layers)
        self._shared_context = context
        self._timer = StageTimer(observer=observer)
        self._spare = spare
        self._guard = ForkGuard("effect renderer")
        self._closed = False
        self._assumed_camera = CameraModel()
        self._default: RenderConfig | None = None  # quality that suits the machine, once it is known
        self._context: GlContext | Rasteriser | None = None
        self._effects: ActiveEffects | None = None
        self._compositor: Compositor | None = None

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The active effects."""
        return self._packs

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """What the effects need perception to detect."""
        own = (parse_needs(layer.needs, type(layer).__name__) for layer in self._own_layers)
        return frozenset().union(*own, *(needs_of(pack) for pack in self._packs))

    @property
    def configured_quality(self) -> RenderConfig | None:
        """Drawing quality as configured, or what suits the machine; None before the first frame if not configured."""
        return self._default or self._config

    @property
    def quality(self) -> RenderConfig | None:
        """Drawing quality in force: the one set last, or the configured one."""
        return self._quality or self.configured_quality

    def set_quality(self, quality: RenderConfig) -> None:
        """Draw with another quality from the next frame on; may be called from any thread."""
        self._quality = quality

    def update_effects(self, effects: str | Pack | Iterable[str | Pack]) -> None:
        """Replace the active effects; those that stay are kept, and adjusted where only parameters differ.

        Raises:
            ConfigError: An effect is wrong; the active ones stay.
        """
        self._require_usable()
        packs = load_effects(effects)
        reacting = ReactingPacks(packs)
        if self._effects is not None:
            self._build(reacting.current)
        self._packs, self._reacting = packs, reacting

    def open(self) -> None:
        """Build the effects now instead of at the first frame, with the OpenGL context if they use one.

        Raises:
            RenderError: There is no OpenGL.
        """
        self._require_usable()
        if self._effects is None:
            self._build(self._reacting.current)

    def render(self, result: FrameResult, out: Pixels | None = None) -> Picture:
        """Draw the active effects onto the frame of a result.

        Args:
            result: What perception has found in the frame.
            out: Picture to draw onto instead of a new copy of the frame; writable, and already showing the frame.

        Returns:
            The picture, and the result with the durations of drawing added.

        Raises:
            RenderError: There is no OpenGL, the call comes from another thread than the first one, or the renderer is
                closed.
            ForkError: This process was forked from the one that made the renderer.
            TypeError: `result` is not a `FrameResult`.
            ValueError: `out` does not suit the frame.
        """
        self._require_usable()
        _check_arguments(result, out)
        drawn = self._reacting.current
        packs = self._reacting.update(result)
        if self._effects is None or self._compositor is None or packs is not drawn:
            effects, compositor = self._build(packs)
        else:
            effects, compositor = self._effects, self._compositor
        compositor.config = self.quality or compositor.config
        frame, timer = result.frame, self._timer
        camera = result.camera or self._assumed_camera.intrinsics_for(frame)
        timer.begin_frame(frame.index)
        with timer.stage(FRAME_STAGE):
            layers = [*effects.layers, *self._own_layers]
            stored = compositor.draw_picture(_drawable(result), camera, layers, timer, out)
            alpha = opacity_of(layers, stored)
        durations = dict(result.timings_ms)
        for stage, duration_ms in timer.timings_ms.items():
            durations[stage] = durations.get(stage, 0.0) + duration_ms
        return Picture(result=replace(result, timings_ms=durations), alpha=alpha, stored=stored)

    def facts(self) -> dict[str, object]:
        """What draws and how well; empty before the first frame, and for effects that do without OpenGL."""
        if self._context is None or self._compositor is None:
            return {}
        return {"renderer": self._context.renderer, "render": self._compositor.config.model_dump()}

    def close(self) -> None:
        """Release effects and OpenGL; may be called twice."""
        if self._guard.is_forked:
            return
        self._closed = True
        self._make_current()  # else objects of the same number in another context would go
        if self._effects is not None:
            self._effects.close()
        for layer in self._own_layers:
            layer.close()
        if self._compositor is not None:
            self._compositor.close()
        self._close_context(self._context)
        self._context, self._effects, self._compositor = None, None, None

    def _require_usable(self) -> None:
        self._guard.check()
        if self._closed:
            raise RenderError("the effect renderer is closed; make a new one")

    def _build(self, packs: Sequence[Pack]) -> "tuple[ActiveEffects, Compositor]":
        """Build packs, with what draws them; when that fails, everything stays as it was."""
        wish = self._config.renderer if self._config is not None else "auto"
        can_use_cpu = all(map(can_do_without_gl, packs)) and all(
            layer.uses_software or not layer.uses_gl for layer in self._own_layers
        )
        try:
            return self._build_with(packs, wish, can_use_cpu)
        except NotDrawnByCpu:
            if wish == "cpu":
                raise
            return self._build_with(packs, "opengl", can_use_cpu=False)  # a kind turned out to need it

    def _build_with(
        self, packs: Sequence[Pack], wish: str, can_use_cpu: bool
    ) -> "tuple[ActiveEffects, Compositor]":
        from arpipe.effects.active import ActiveEffects
        from arpipe.render.compositor import Compositor

        before, effects, compositor = self._context, self._effects, self._compositor
        with ExitStack() as undo:
            context = self._choose_context(packs, wish, can_use_cpu, undo)
            if effects is None or (before is not None and context is not before):
                effects = ActiveEffects(self._spare)
                undo.callback(effects.close)
            self._make_current(context)
            effects.update(packs, context)
            if compositor is None or context is not before:
                compositor = Compositor(context, self._config)
                self._default = compositor.config
            undo.pop_all()
        replaced = self._effects, self._compositor
        self._context, self._effects, self._compositor = context, effects, compositor
        for old, new in zip(replaced, (effects, compositor), strict=True):
            if old is not None and old is not new:
                old.close()
        return effects, compositor

    def _choose_context(
        self, packs: Sequence[Pack], wish: str, can_use_cpu: bool, undo: ExitStack
    ) -> "GlContext | Rasteriser | None":
        """Return what to draw with; None if nothing uses OpenGL. OpenGL once opened stays, except for the CPU."""
        from arpipe.pipeline.drawing_context import open_context, suits

        if self._context is not None and suits(self._context, wish, can_use_cpu):
            return self._context
        if not any(layer.uses_gl for layer in self._own_layers) and not any(map(uses_gl, packs)):
            return None
        context = open_context(wish, self._shared_context, can_use_cpu)
        undo.callback(self._close_context, context)
        return context

    def _make_current(self, context: "GlContext | Rasteriser | None" = None) -> None:
        """Make OpenGL current, if that draws."""
        current = context or self._context
        if current is None:
            return
        from arpipe.render.context import GlContext

        if isinstance(current, GlContext):
            current.make_current()

    def _close_context(self, context: "GlContext | Rasteriser | None") -> None:
        """Close a context of the renderer's own."""
        if context is None or context is self._shared_context:
            return
        from arpipe.render.context import GlContext

        if isinstance(context, GlContext):
            context.close()


def _check(layers: Sequence[object]) -> "tuple[Layer, ...]":
    """Return layers of the caller's own; ConfigError if one is something else."""
    if not layers:
        return ()
    from arpipe.render.layer import Layer

    checked = tuple(layer for layer in layers if isinstance(layer, Layer))
    if len(checked) < len(layers):
        names = ", ".join(type(layer).__name__ for layer in layers if not isinstance(layer, Layer))
        raise ConfigError(f"layers: expected arpipe.Layer, got {names}; derive it from arpipe.Layer")
    return checked


def _check_arguments(result: object, out: Pixels | None) -> None:
    if not isinstance(result, FrameResult):
        raise TypeError(
            f"render: expected a FrameResult, got {type(result).__name__}; Pipeline.process takes frames and pixels"
        )
    if out is None:
        return
    expected = result.frame.shape
    if out.shape != expected or out.dtype != np.uint8 or not (out.flags.writeable and out.flags.c_contiguous):
        raise ValueError(
            f"render: out: expected a writable C-contiguous array {expected} uint8, got {out.shape} {out.dtype}, "
            f"writable {out.flags.writeable}, C-contiguous {out.flags.c_contiguous}"
        )


def _drawable(result: FrameResult) -> FrameResult:
    """Return a result without subjects whose landmarks are not finite: nobody knows where to draw on them."""
    faces = tuple(filter(_is_finite, result.faces))
    bodies = tuple(filter(_is_finite, result.bodies))
    hands = tuple(filter(_is_finite, result.hands))
    if (faces, bodies, hands) == (result.faces, result.bodies, result.hands):
        return result
    return replace(result, faces=faces, bodies=bodies, hands=hands)


def _is_finite(subject: TrackedFace | TrackedBody | TrackedHand) -> bool:
    return math.isfinite(subject.landmarks.points_px.sum())
