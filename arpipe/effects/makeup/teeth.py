"""Whiter teeth, recognised as what is bright and hardly red between the lips."""

from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.shapes import OpeningMesh
from arpipe.effects.makeup.uniforms import set_appearance, set_placement
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas

LIP_POINTS, STEPS = 20, 3
LIP_FEATHER_MM = 0.6


class TeethPainter:
    """Whitens teeth.

    Args:
        context: Context to draw with.
        opacity: How far yellow is removed, in [0, 1].
        brighten: How far teeth are brightened, in [0, 1].
    """

    def __init__(self, context: GlContext, opacity: float, brighten: float) -> None:
        self._opacity, self._brighten = opacity, brighten
        self._shape = OpeningMesh(context, "teeth.frag", LIP_POINTS, STEPS)

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Whiten the teeth of one face; the canvas's backdrop is bound to `BACKDROP_UNIT`."""
        program = self._shape.program
        set_placement(program, canvas, face)
        set_appearance(program, canvas, face)
        program.set("u_opacity", self._opacity * face.presence)
        program.set("u_brighten", self._brighten)
        facing = float(face.facing("lips_outer").mean())
        self._shape.fill(canvas, face, "lips_inner", LIP_FEATHER_MM, 0.0, 0.0, facing)

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._shape.close()
