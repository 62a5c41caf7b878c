"""Whiter teeth, recognised as what is bright and hardly red between the lips."""

from arpipe.effects.makeup.coat import Coat
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.shapes import opening_surface, opening_vertices

LIP_POINTS, STEPS = 20, 3
LIP_FEATHER_MM = 0.6


class TeethPainter:
    """Whitens teeth.

    Args:
        opacity: How far yellow is removed, in [0, 1].
        brighten: How far teeth are brightened, in [0, 1].
    """

    def __init__(self, opacity: float, brighten: float) -> None:
        self._opacity, self._brighten = opacity, brighten
        self.surface = opening_surface("teeth", LIP_POINTS, STEPS)

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        facing = float(face.facing("lips_outer").mean())
        vertices = opening_vertices(face, "lips_inner", STEPS, LIP_FEATHER_MM, 0.0, 0.0, facing)
        values = {"opacity": self._opacity * face.presence, "brighten": self._brighten}
        return Coat(self.surface, vertices, values)
