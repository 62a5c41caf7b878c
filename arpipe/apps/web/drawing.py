"""Drawing of all sessions: one thread, with one OpenGL context where there is OpenGL.

Each session has a renderer of its own, which remembers fit, light and complexion of its stream. Programs and models
are shared through the context.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from arpipe.errors import RenderError
from arpipe.pipeline.drawing_context import open_context
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext

MAX_SPARE_EFFECTS = 12  # inactive effects of a session that stay built, so that switching back costs nothing

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


class SharedDrawing:
    """Owns the render thread and its context. Work is done in order of arrival, so sessions take turns."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "render")
        self._context: GlContext | None = None

    async def open_renderer(self, config: RenderConfig | None) -> EffectRenderer:
        """Create the renderer of a session; the caller closes it on the render thread.

        Args:
            config: Drawing quality; None picks what suits the machine.

        Raises:
            RenderError: Nothing can draw as the configuration demands.
        """
        return await self.run(self.create_renderer, config, MAX_SPARE_EFFECTS)

    def create_renderer(self, config: RenderConfig | None, spare: int = 0) -> EffectRenderer:
        """Create a renderer; call it on the render thread."""
        wish = "auto" if config is None else config.renderer
        renderer = EffectRenderer(config, context=self._shared_context(wish), spare=spare)
        renderer.open()
        return renderer

    async def run(self, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
        """Run work on the render thread.

        Raises:
            RuntimeError: The thread has ended.
        """
        return await asyncio.wrap_future(self.submit(work, *arguments))

    def submit(self, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> Future[_Result]:
        """Queue work for the render thread; raises RuntimeError if it has ended."""
        return self._thread.submit(work, *arguments)

    def close(self) -> None:
        """Finish the queued work and release the context, with everything that was created in it."""
        self._thread.submit(self._close_context)
        self._thread.shutdown()

    def _shared_context(self, wish: str) -> GlContext | None:
        """Return the OpenGL context of all sessions; None where there is no OpenGL and the CPU can draw.

        Args:
            wish: `RenderConfig.renderer`.
        """
        if self._context is None:
            try:
                self._context = GlContext.headless()
            except RenderError:
                open_context(wish, None, can_use_cpu=True)  # raises if the CPU may not or cannot draw
        return self._context

    def _close_context(self) -> None:
        if self._context is not None:
            self._context.close()
