"""One stream's drawing, on the thread that draws for all.

Every session has an OpenGL context of its own, because light, fit and complexion are remembered in it. All of
them belong to one thread, which turns from one to the next.
"""

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from arpipe.effects.built import BuiltEffect
from arpipe.effects.packs import Pack
from arpipe.pipeline.camera_model import CameraModel
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.cut_out import opacity_of, over_checkerboard
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
        self._made: OrderedDict[str, BuiltEffect] = OrderedDict()
        self._worn: list[str] = []
        self._closed = False
        self._context = GlContext.headless()
        self._compositor = Compositor(self._context, render)
        self.best = self._compositor.config

    def wear(self, packs: Mapping[str, Pack]) -> None:
        """Draw these from now on, by the names under which they are kept ready.

        Raises:
            ArpipeError: One cannot be made; those worn before stay.
        """
        self._context.make_current()
        for name, pack in packs.items():
            made = self._made.get(name)
            if made is None or not made.adjust(pack):
                self._made[name] = BuiltEffect(pack, self._context)
                if made is not None:
                    made.close()
            self._made.move_to_end(name)
        self._worn = list(packs)
        spare = [name for name in self._made if name not in packs]
        for name in spare[: max(0, len(spare) - MOST_KEPT)]:
            self._made.pop(name).close()

    def draw(self, result: FrameResult, render: RenderConfig) -> Drawn:
        """The frame with all that is worn, at a quality; what is transparent shows a checkerboard."""
        self._context.make_current()
        self._compositor.config = render
        camera = result.camera or CameraModel().intrinsics_for(result.frame)
        self._timer.begin_frame(result.frame.index)
        layers = [layer for name in self._worn for layer in self._made[name].layers]
        pixels = self._compositor.draw(result, camera, layers, self._timer)
        shown = over_checkerboard(pixels, opacity_of(layers, pixels))
        return Drawn(shown, self._timer.timings_ms)

    def close(self) -> None:
        """Free everything; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._context.make_current()
        for effect in self._made.values():
            effect.close()
        self._made.clear()
        self._compositor.close()
        self._context.close()
