"""What draws makeup: `gl_brush` with OpenGL, `software_brush` on the CPU."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from arpipe.effects.makeup.coat import Coat, Surface
from arpipe.effects.makeup.face import MakeupFace
from arpipe.render.base_canvas import BaseCanvas

C = TypeVar("C", bound=BaseCanvas)
C_contra = TypeVar("C_contra", bound=BaseCanvas, contravariant=True)


class Brush(Protocol[C_contra]):
    """Draws makeup on canvases of one kind."""

    def prepare(self, surfaces: Iterable[Surface]) -> None:
        """Get ready to draw these surfaces, and forget all others.

        Raises:
            RenderError: One of them cannot be drawn; the brush stays as it was.
        """
        ...

    def take_backdrop(self, canvas: C_contra) -> None:
        """Let everything that follows be applied to the picture as drawn so far."""
        ...

    def hide_behind(self, canvas: C_contra, face: MakeupFace) -> None:
        """Let a face hide what is behind it, and forget others; colour is unchanged."""
        ...

    def draw(self, canvas: C_contra, face: MakeupFace, coat: Coat) -> None:
        """Draw makeup on a face."""
        ...

    def flush(self, canvas: C_contra) -> None:
        """Start on what was drawn so far, before other work follows."""
        ...

    def close(self) -> None:
        """Release what it holds; may be called twice."""
        ...
