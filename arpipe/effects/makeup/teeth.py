"""Whiter teeth, recognised as what is bright and hardly red between the lips."""

from arpipe.effects.makeup.curves import Opening, closed_curve, grid_triangles
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.shapes import ShapeMesh, join_vertices
from arpipe.effects.makeup.uniforms import set_appearance, set_placement
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas

STEPS = 3
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
        columns = 10 * STEPS + 1
        self._shape = ShapeMesh(context, "teeth.frag", 4 * columns, grid_triangles(4, columns, False))

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Whiten the teeth of one face; the canvas's backdrop is bound to `BACKDROP_UNIT`."""
        program = self._shape.program
        set_placement(program, canvas, face)
        set_appearance(program, face)
        program.set("u_opacity", self._opacity * face.presence)
        program.set("u_brighten", self._brighten)
        opening = Opening.of_loop(closed_curve(face.region("lips_inner"), STEPS))
        rows, inside = opening.rows(LIP_FEATHER_MM * face.px_per_mm)
        facing = float(face.facing("lips_outer").mean())
        self._shape.draw(canvas, face, join_vertices(rows, inside, 0.0, 0.0, facing))

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._shape.close()
