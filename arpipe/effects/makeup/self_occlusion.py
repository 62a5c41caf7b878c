"""Occlusion of makeup by the face itself: a turned face hides parts of itself.

Such a face is drawn into the depth buffer first, a little behind its surface, or it would hide its own makeup.
"""

import numpy as np

from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.face import MakeupFace

SINK_MM = 2.0


def sunk_points(face: MakeupFace) -> Floats:
    """Return (n, 3) points to draw into the depth buffer, image px."""
    sunk = np.array([0.0, 0.0, SINK_MM * face.px_per_mm])
    points: Floats = (face.points + sunk).astype(np.float32)
    return points
