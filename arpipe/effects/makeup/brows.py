"""Reshaped brows: the person's own brow is moved, so that no second one appears beside it."""

import numpy as np

from arpipe.effects.makeup.coat import Coat, Surface
from arpipe.effects.makeup.curves import Floats, grid_triangles, open_curve, repeat
from arpipe.effects.makeup.eye_colors import SIDES
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.shapes import join_vertices
from arpipe.geometry.transforms import Array

# How far points of a brow move down, from the inner to the outer end, mm; the masks in assets/makeup agree.
DROPS_MM = {"arched": (0.6, 0.0, -1.4, -2.2, -0.6), "straight": (-1.2, 0.2, 0.9, 0.6, -1.6)}

STEPS = 5  # points per landmark
END_MM, END_POINTS = 6.0, 4  # beyond both ends of a brow, where the shift fades out
ABOVE_MM, BELOW_MM = 9.0, 6.0  # height of the skin that gives way
LID_SHARE = 0.5  # of the way from the brow to the middle of the eye
FADE = (0.0, 0.26, 0.74, 1.0)  # share of the shift in equal steps from where skin gives way to the brow
COLUMNS = 4 * STEPS + 1 + 2 * END_POINTS
ROWS = 2 * len(FADE)

_TO_END = np.linspace(0.0, 1.0, END_POINTS + 1)[1:, None]


class BrowShaper:
    """Moves both brows into another shape.

    Args:
        shape: Name of the shape, see `DROPS_MM`.
    """

    def __init__(self, shape: str) -> None:
        self._drops_mm = np.array(DROPS_MM[shape])
        triangles = repeat(grid_triangles(ROWS, COLUMNS, False), len(SIDES), ROWS * COLUMNS)
        self.surface = Surface("brow", len(SIDES) * ROWS * COLUMNS, triangles)

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        brows = [brow_vertices(face, side, self._drops_mm * face.presence) for side in SIDES]
        return Coat(self.surface, np.concatenate(brows), {})


def brow_vertices(face: MakeupFace, side: str, drops_mm: Array) -> Floats:
    """Return (ROWS * COLUMNS, 6) vertices around a moved brow, each with its shift from where the picture is taken.

    Args:
        face: The face.
        side: "left" or "right".
        drops_mm: (5,) how far points of the brow move down, from the inner to the outer end, mm.
    """
    loop, down = face.region(f"{side}_brow"), _down(face)
    curves = open_curve(np.column_stack([loop[4::-1], loop[5:], drops_mm]), STEPS)
    seen = float(np.clip((face.facing(f"{side}_brow").mean() - 0.2) / 0.3, 0.0, 1.0))
    shift = curves[:, 4:] * down * (face.px_per_mm * seen)
    lower, upper = (_lengthened(edge + shift, face.px_per_mm) for edge in (curves[:, :2], curves[:, 2:4]))
    fading = 1.0 - _TO_END
    shift = np.concatenate([fading[::-1] * shift[:1], shift, fading * shift[-1:]])
    room = max(float((face.region(f"{side}_eye").mean(axis=0) - lower.mean(axis=0)) @ down), 0.0)
    below = down * min(BELOW_MM * face.px_per_mm, LID_SHARE * room)
    above = down * (ABOVE_MM * face.px_per_mm)
    away = np.linspace(1.0, 0.0, len(FADE))
    places = np.stack(
        [*(upper - share * above for share in away), *(lower + share * below for share in away[::-1])]
    )
    shifts = np.stack([share * shift for share in (*FADE, *FADE[::-1])])
    return join_vertices(places, shifts[..., 0], shifts[..., 1], 0.0, 0.0)


def _lengthened(edge: Array, px_per_mm: float) -> Array:
    """Continue an edge (n, 2) straight beyond both ends."""
    step = END_MM * px_per_mm * _TO_END
    inwards, outwards = edge[0] - edge[STEPS], edge[-1] - edge[-1 - STEPS]
    inner, outer = (along / max(float(np.linalg.norm(along)), 1e-6) for along in (inwards, outwards))
    return np.concatenate([edge[:1] + step[::-1] * inner, edge, edge[-1:] + step * outer])


def _down(face: MakeupFace) -> Array:
    """Return the (2,) unit vector from the brows to the eyes, across the line of the eyes."""
    landmarks = face.tracked.landmarks
    along = (landmarks["left_eye_outer"] - landmarks["right_eye_outer"])[:2].astype(np.float64)
    down = np.array([-along[1], along[0]])
    unit: Array = down / max(float(np.linalg.norm(down)), 1e-6)
    return unit
