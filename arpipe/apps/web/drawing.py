"""One stream's drawing, on the thread that draws for all.

Every session has an OpenGL context of its own, because light, fit and complexion are remembered in it. All of
them belong to one thread, which turns from one to the next.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from arpipe.effects.packs import Pack, build
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, PixelLayer
from arpipe.timing import StageTimer
from arpipe.types import FrameResult, Pixels

MOST_KEPT = 12  # effects taken off but kept ready, so that changing back costs nothing


def render_thread() -> ThreadPoolExecutor:
    """The one thread that draws; tasks are taken in the order they come, so sessions take turns."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture and what its stages took, ms."""

    pixels: Pixels
    timings_ms: Mapping[str, float]


class Drawing:
    """Draws one stream; made, used and closed on the render thread.

    Args:
        render: Quality, None for what suits the machine.

    Raises:
        RenderError: There is no OpenGL.
    """

    def __init__(self, render: RenderConfig | None) -> None:
        self._timer = StageTimer()
        self._made: OrderedDict[Hashable, list[Layer | PixelLayer]] = OrderedDict()
        self._worn: list[Hashable] = []
        self._closed = False
        self._context = GlContext.headless()
        self._compositor = Compositor(self._context, render)
        self.best = self._compositor.config

    def wear(self, effects: Sequence[tuple[Hashable, Pack]]) -> None:
        """Draw these from now on, each known by a key that tells its parameters, too.

        Raises:
            ArpipeError: One cannot be made; those worn before stay.
        """
        self._context.make_current()
        for key, pack in effects:
            if key not in self._made:
                self._made[key] = build(pack, self._context)
            self._made.move_to_end(key)
        self._worn = [key for key, _ in effects]
        spare = [key for key in self._made if key not in self._worn]
        for key in spare[: max(0, len(spare) - MOST_KEPT)]:
            _close(self._made.pop(key))

    def draw(self, result: FrameResult, camera: CameraIntrinsics, render: RenderConfig) -> Drawn:
        """The frame with all that is worn, at a quality."""
        self._context.make_current()
        self._compositor.config = render
        self._timer.begin_frame(result.frame.index)
        layers = [layer for key in self._worn for layer in self._made[key]]
        pixels = self._compositor.draw(result, camera, layers, self._timer)
        return Drawn(pixels, self._timer.timings_ms)

    def close(self) -> None:
        """Free everything; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._context.make_current()
        for layers in self._made.values():
            _close(layers)
        self._made.clear()
        self._compositor.close()
        self._context.close()


def _close(layers: Sequence[Layer | PixelLayer]) -> None:
    for layer in layers:
        layer.close()
