"""Lipstick: a ring between the outer and the inner outline of the lips, which excludes an open mouth."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.effects.makeup.coat import Coat, Surface
from arpipe.effects.makeup.curves import closed_curve, grid_triangles, normals_2d
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.person import Complexion
from arpipe.effects.makeup.pigment import RgbColor, linear
from arpipe.effects.makeup.shapes import join_vertices
from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE, MEAN_SKIN, chromaticity
from arpipe.render.illuminant import skin_likeness

STEPS = 5  # points per landmark
CORNERS = 20  # landmarks per outline
ROWS = 7
FEATHER_MM = 0.55  # half the width of the soft outer edge
MIN_FEATHER_PX = 0.8
FEATHER_PER_BLUR = 1.5  # half the width of the linear edge that looks like a blurred one
CLOSED_MM, PARTED_MM = 1.5, 4.0  # gap in the landmarks of closed lips, and of lips that show teeth
USUAL_LIPS = 0.18  # luminance relative to a white surface in the same light
NUDE, NO_NUDE = 0.10, 0.22  # distance in chromaticity from mean skin
SKIN_RELATIVE = 0.7  # exponent; at 1, nudes would follow the skin's lightness all the way
MAX_LIGHTER = 1.25
FOLD_POINTS = 7  # over which lips fade towards folds
GAPING_MM = 32.0  # gap above which a mouth does not smile
TOUCHING_MM = 0.7  # gap of closed lips
FACING_TOLERANCE = 0.25  # by how much lips may face the camera more than those of the mean face
INNER_FEATHER = 0.6  # relative to the outer one; entirely on the lip

_ALONG = 1.0 - np.abs(np.arange(STEPS * CORNERS) / (STEPS * CORNERS / 2.0) - 1.0)


@dataclass(frozen=True, slots=True)
class LipLook:
    """Appearance of lipstick.

    Attributes:
        inner, outer: sRGB colours near the mouth and at the outline.
        opacity: In [0, 1].
        gloss: Strength of a wet film.
        shine: Share of the lips' own highlights that stays.
        metal: Strength of a metallic finish.
        liner: sRGB colour of a pencil line along the outline.
        liner_strength: Opacity of the pencil line.
        liner_width: Width of the pencil line relative to the height of the lip.
        reach_mm: How far beyond the inner outline of the mesh a smiling lower lip is detected by its colour, mm.
    """

    inner: RgbColor
    outer: RgbColor
    opacity: float
    gloss: float
    shine: float
    metal: float
    liner: RgbColor
    liner_strength: float
    liner_width: float
    reach_mm: float


class LipPainter:
    """Applies lipstick.

    Args:
        look: Appearance of the lipstick.
    """

    def __init__(self, look: LipLook) -> None:
        self._look = look
        self._pigments = np.stack([linear(color) for color in (look.inner, look.outer, look.liner)])
        count = STEPS * CORNERS
        self.surface = Surface("lips", ROWS * count, grid_triangles(ROWS, count, True))

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        look, complexion = self._look, face.complexion
        inner, outer, liner = complexion.shown(worn(self._pigments, complexion)).tolist()
        outline, mouth = face.region("lips_outer"), face.region("lips_inner")
        apart = mouth[:10] - _partners(mouth)[:10]
        gap_mm = float(np.hypot(apart[:, 0], apart[:, 1]).max()) / face.px_per_mm
        facing = np.minimum(
            np.maximum(face.facing("lips_outer"), face.facing("lips_inner")),
            _least_of_neighbours(face.facing_by_pose("lips_outer")) + FACING_TOLERANCE,
        )
        rows, cover, across = lip_rows(outline, mouth, face.px_per_mm, look.reach_mm, face.blur_px)
        toward = closed_curve(facing[:, None], STEPS)[:, 0] * unfolded(rows[1], rows[3])
        values = {
            "inner": inner,
            "outer": outer,
            "liner": [*liner, look.liner_strength],
            "liner_width": max(look.liner_width, 1e-3),
            "opacity": look.opacity * face.presence,
            "gloss": look.gloss,
            "shine": look.shine,
            "metal": look.metal,
            "open": float(np.clip((gap_mm - CLOSED_MM) / (PARTED_MM - CLOSED_MM), 0.0, 1.0)),
        }
        return Coat(self.surface, join_vertices(rows, cover, across, _ALONG, toward), values)


def worn(pigments: Array, complexion: Complexion) -> Array:
    """Return (n, 3) linear colours of lipsticks as they look on these lips.

    Lips that are darker than usual in their light shine through, or are in the shade, and as bright as on fair skin,
    pigment would glow on them. Nudes are made for a skin: they keep their relation to it. On a grey face, as of a
    statue, pigments are shown as they are.

    Args:
        pigments: (n, 3) linear colours.
        complexion: Colours of the face.
    """
    trust = skin_likeness(complexion.skin)
    usual = USUAL_LIPS * float(complexion.white @ LUMINANCE)
    bright = math.sqrt(min(float(complexion.lips @ LUMINANCE) / usual, 1.0))
    skin = complexion.skin / np.maximum(complexion.white, 1e-3)
    relation = np.clip((skin / MEAN_SKIN) ** SKIN_RELATIVE, 0.1, MAX_LIGHTER)
    away = np.linalg.norm(chromaticity(pigments) - chromaticity(MEAN_SKIN), axis=1)
    nude = np.clip((NO_NUDE - away) / (NO_NUDE - NUDE), 0.0, 1.0)[:, None]
    factors: Array = (1.0 + trust * (bright - 1.0)) * (1.0 + trust * nude * (relation - 1.0))
    return pigments * factors


def lip_rows(
    outer_loop: Array, inner_loop: Array, px_per_mm: float, reach_mm: float, blur_px: float = 0.0
) -> tuple[Array, Array, Array]:
    """Compute rings of vertices from outside the lips to the mouth.

    Args:
        outer_loop: (20, 2) outline, image px: right corner, lower lip, left corner, upper lip.
        inner_loop: (20, 2) outline of the mouth, in the same sequence.
        px_per_mm: Scale of the face.
        reach_mm: How far beyond the inner outline a smiling lower lip is detected, mm.
        blur_px: Gaussian sigma by which the face is blurred, px.

    Returns:
        (ROWS, n, 2) positions, (ROWS, n) coverage, (ROWS, n) position across: 0 at the mouth, 1 at the outline,
        negative beyond the mesh, where lips are recognised by colour only.
    """
    outer, inner = closed_curve(np.stack([outer_loop, inner_loop]), STEPS)
    inner, opened, shut = _close_mouth(_untangled(inner), px_per_mm)
    across = outer - inner
    height = np.hypot(across[:, 0], across[:, 1])
    inwards = -across / np.maximum(height, 1e-6)[:, None]
    feather = math.hypot(max(FEATHER_MM * px_per_mm, MIN_FEATHER_PX), FEATHER_PER_BLUR * blur_px)
    outwards = normals_2d(outer)
    step_out = outwards * (np.sign(np.sum(outwards * across)) * feather)
    step_in = inwards * np.minimum(feather, 0.3 * height)[:, None]
    inner_feather = np.minimum(INNER_FEATHER * feather, 0.35 * opened)
    inner_step = inwards * np.minimum(inner_feather, 0.25 * height)[:, None]
    parted = _smiling(opened / px_per_mm) * min(reach_mm, 1.0)
    beyond = inner + inwards * (parted * np.minimum(reach_mm * px_per_mm, 0.4 * opened))[:, None]
    rows = np.stack(
        [
            outer + step_out,
            outer + step_in,
            0.5 * (outer + inner),
            inner - 2.0 * inner_step,
            inner - inner_step,
            inner,
            beyond,
        ]
    )
    edge = np.maximum(shut, parted)
    cover = np.ones(rows.shape[:2])
    cover[0], cover[4], cover[5], cover[6] = 0.0, np.maximum(0.5, edge), edge, shut
    inside = rows - outer
    place_across = 1.0 - np.hypot(inside[..., 0], inside[..., 1]) / np.maximum(height, 1e-6)
    place_across[0] = 1.0
    place_across = np.maximum(place_across, 0.0)
    place_across[6] = -parted
    return rows, cover, place_across


def _close_mouth(mouth: Array, px_per_mm: float) -> tuple[Array, Array, Array]:
    """Close an almost closed mouth: return its (n, 2) outline, the (n,) gap in px, and (n,) 1 where closed."""
    apart = _partners(mouth) - mouth
    opened = np.hypot(apart[:, 0], apart[:, 1])
    shut = np.clip(2.0 - opened / max(TOUCHING_MM * px_per_mm, MIN_FEATHER_PX), 0.0, 1.0)
    return mouth + apart * (0.5 * shut)[:, None], opened, shut


def _smiling(opened_mm: Array) -> Array:
    """Return (n,) 1 where a lower lip may be turned inwards in front of the teeth; 0 where a tongue may be on it."""
    share = np.minimum(opened_mm / PARTED_MM - 0.5, 2.0 - opened_mm / (0.5 * GAPING_MM))
    smiling: Array = np.clip(share, 0.0, 1.0)
    smiling[len(smiling) // 2 :] = 0.0  # gums below the upper lip look like lips
    return smiling


def unfolded(outer: Array, inner: Array) -> Array:
    """Return (n,) 1 where a lip faces the camera, 0 where a turned mouth folds back behind itself."""
    along = np.roll(outer, -1, axis=0) - np.roll(outer, 1, axis=0)
    across = inner - outer
    front = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
    seen = (front < 0).astype(np.float64)
    window = np.ones(FOLD_POINTS) / FOLD_POINTS
    padded = np.concatenate([seen[-FOLD_POINTS:], seen, seen[:FOLD_POINTS]])
    smooth: Array = np.convolve(padded, window, mode="same")[FOLD_POINTS:-FOLD_POINTS]
    return np.clip(2.0 * smooth - 1.0, 0.0, 1.0)


def _least_of_neighbours(values: Array) -> Array:
    """Return (n,) the minimum of each value and its neighbours in a closed row."""
    least: Array = np.minimum(np.minimum(np.roll(values, 1), np.roll(values, -1)), values)
    return least


def _untangled(inner: Array) -> Array:
    """Return the outline of the mouth with overlapping lips moved to their middle."""
    partner = _partners(inner)
    half = len(inner) // 2
    width = inner[half] - inner[0]
    down = np.array([-width[1], width[0]])
    gap = (inner - partner) @ down
    lower = np.zeros(len(inner), dtype=bool)
    lower[1:half] = True
    crossed = np.where(lower, gap < 0, gap > 0)
    result: Array = np.where(crossed[:, None], 0.5 * (inner + partner), inner)
    return result


def _partners(mouth: Array) -> Array:
    """Return the (n, 2) opposite points of a mouth's outline, which runs from corner to corner and back."""
    partners: Array = mouth[-np.arange(len(mouth))]
    return partners
