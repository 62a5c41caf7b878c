"""Lash lines of both eyes, and the ribbons of liner and lashes along them; image px.

Both eyes are computed together, as the first axis of every array, because the cost of arrays this small is per call.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.curves import Floats, open_curve
from arpipe.effects.makeup.eye_colors import SIDES
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.shapes import join_vertices
from arpipe.geometry.transforms import Array

STEPS = 6  # points per landmark of a lash line
LINE_POINTS = 8 * STEPS + 1
WING_POINTS = 12
UPPER_LASHES, LOWER_LASHES = 34, 18
LASHES = UPPER_LASHES + LOWER_LASHES
LASH_POINTS = 7

LINER_TAPER = 0.30  # thickness at the inner corner relative to the outer half
WING_LEAVES = 0.86  # place along the lid, from the inner corner, where the wing leaves it
OPEN_EYE, CLOSED_EYE = 0.30, 0.12  # height of the eye relative to its width
LOWER_LENGTH, LOWER_WIDTH = 0.42, 0.75  # relative to the upper lashes
LINE_MARGIN_PX, LASH_MARGIN_PX = 0.9, 0.4  # beyond soft edges

_PLACE = np.linspace(0.0, 1.0, LINE_POINTS)
_GROWN = np.clip(_PLACE / 0.12, 0.0, 1.0) * (
    LINER_TAPER + (1.0 - LINER_TAPER) * np.clip(_PLACE / 0.75, 0.0, 1.0) ** 0.9
)
_LOWER_FADE = np.clip((_PLACE - 0.25) / 0.35, 0.0, 1.0)
_TO_TIP = np.linspace(0.0, 1.0, WING_POINTS + 1)[1:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """The lash lines of the left and the right eye.

    Attributes:
        upper, lower: (2, LINE_POINTS, 2) lash lines from the inner to the outer corner.
        up: (2, 2) unit, from the lower lid to the upper, across the eye.
        outward: (2, 2) unit, from the inner to the outer corner.
        openness: (2,) 0 closed, 1 open.
        brow_tail: (2, 2) outer ends of the brows.
        strength: (2,) opacity of lines, which fade where an eye turns away.
    """

    upper: Array
    lower: Array
    up: Array
    outward: Array
    openness: Array
    brow_tail: Array
    strength: Array

    @classmethod
    def of(cls, face: MakeupFace) -> "Eyes":
        """Return the eyes of a face."""
        loops = np.stack([face.region(f"{side}_eye") for side in SIDES])
        half = loops.shape[1] // 2  # outer corner, lower lid, inner corner, upper lid
        upper = open_curve(loops[:, [*range(half, 2 * half), 0]], STEPS)
        lower = open_curve(loops[:, half::-1], STEPS)
        span = loops[:, 0] - loops[:, half]
        width = np.maximum(np.hypot(span[:, 0], span[:, 1]), 1e-6)
        outward = span / width[:, None]
        up = np.stack([outward[:, 1], -outward[:, 0]], axis=1) * [[1.0], [-1.0]]
        height = ((upper - lower) @ up[..., None])[..., 0].max(axis=1) / width
        facing = np.array([face.facing(f"{side}_eye").mean() for side in SIDES])
        tails = [face.tracked.landmarks[f"{side}_brow_outer"][:2] for side in SIDES]
        return cls(
            upper,
            lower,
            up,
            outward,
            np.clip((height - CLOSED_EYE) / (OPEN_EYE - CLOSED_EYE), 0.0, 1.0),
            np.array(tails, np.float64),
            np.clip((facing - 0.25) / 0.25, 0.0, 1.0),
        )


def upper_liner(eyes: Eyes, thickness_px: float, wing_px: float, px_per_mm: float, soft_px: float) -> Floats:
    """Return (4 n, 6) vertices of bands along the upper lash lines, with wings: per eye one edge, then the other."""
    lash_line = eyes.upper - eyes.up[:, None] * (0.15 * px_per_mm)
    top = eyes.upper + _across(eyes.upper, eyes.up) * (thickness_px * _GROWN)[:, None]
    rising = _unit(eyes.lower[:, -1] - eyes.lower[:, -2 * STEPS])  # continuation of the lower lid
    to_brow = _unit(eyes.brow_tail - eyes.upper[:, -1])
    toward = _unit(0.8 * rising + 0.3 * to_brow + 0.45 * eyes.outward)[:, None]
    tip = lash_line[:, -1:] + toward * max(wing_px, 0.6 * thickness_px)
    leave = round(WING_LEAVES * (LINE_POINTS - 1))  # the upper edge leaves the lid before the corner
    start = top[:, leave : leave + 1]
    bend = start + 0.6 * (tip - start) - toward * 0.15 * wing_px
    lifted = _bezier(start, bend, tip, LINE_POINTS - leave + WING_POINTS)
    along = np.concatenate([top[:, leave:], _extension(top, tip)], axis=1)
    share = min(wing_px / max(3.0 * thickness_px, 1e-6), 1.0)
    upper = np.concatenate([top[:, :leave], along + share * (lifted - along)], axis=1)
    under = np.concatenate([lash_line, _extension(lash_line, tip)], axis=1)
    return _bands(under, upper, eyes.strength, LINE_MARGIN_PX + soft_px)


def lower_liner(eyes: Eyes, thickness_px: float, opacity: float, soft_px: float) -> Floats:
    """Return (4 n, 6) vertices of ribbons under the outer two thirds of the lower lash lines."""
    middle = eyes.lower - eyes.up[:, None] * (0.45 * thickness_px)
    half = 0.5 * thickness_px * (0.5 + 0.5 * _LOWER_FADE)
    strength = eyes.strength[:, None, None] * (opacity * _LOWER_FADE)
    return _ribbons(middle, half, strength, LINE_MARGIN_PX + soft_px)


def lashes(
    eyes: Eyes, length_px: float, width_px: float, curl: float, lower: float, soft_px: float
) -> Floats:
    """Return (2 * LASHES * 2 * LASH_POINTS, 6) vertices of tapered strokes; on a closed lid they point downwards."""
    comb = _comb()
    roots = np.concatenate([comb.on_upper @ eyes.upper, comb.on_lower @ eyes.lower], axis=1)[:, :, None]
    opened = eyes.openness[:, None]
    lift = np.where(
        comb.is_upper, 1.75 * opened - 0.75, -1.0
    )  # the lashes of a closed lid point to the cheek
    rise = (lift[..., None] * eyes.up[:, None])[:, :, None]
    lean = 0.75 * comb.fan * eyes.outward[:, None, None]
    length = length_px * comb.length
    bend = roots + (rise + 0.75 * lean) * length * (0.42 * (1.0 - 0.35 * curl * opened))[..., None, None]
    tip = roots + (rise * (1.0 + 0.35 * curl) + lean * 1.1) * length
    points = _bezier(roots, bend, tip, LASH_POINTS)  # (2, LASHES, LASH_POINTS, 2)
    along = np.linspace(0.0, 1.0, LASH_POINTS)
    half = 0.5 * width_px * comb.width * (1.0 - 0.85 * along**1.4)
    share = np.where(comb.is_upper, 1.0, lower) * eyes.strength[:, None]
    return _ribbons(points, half, share[..., None, None] * (1.0 - 0.45 * along), LASH_MARGIN_PX + soft_px)


@dataclass(frozen=True, slots=True, eq=False)
class _Comb:
    """Constant properties of the lashes of an eye, those of the upper lid first.

    Attributes:
        on_upper, on_lower: (count, LINE_POINTS) weights of the lash line for the roots.
        length: (LASHES, 1, 1) length relative to the longest.
        fan: (LASHES, 1, 1) inclination outwards; negative towards the nose.
        width: (LASHES, 1, 1) width relative to the upper lashes.
        is_upper: (LASHES,) whether a lash is on the upper lid.
    """

    on_upper: Array
    on_lower: Array
    length: Array
    fan: Array
    width: Array
    is_upper: npt.NDArray[np.bool_]


@cache
def _comb() -> _Comb:
    weights, lengths, fans = [], [], []
    for count in (UPPER_LASHES, LOWER_LASHES):
        rng = np.random.default_rng(count)  # the same lashes in every frame
        place = (np.arange(count) + 0.5) / count * 0.92 + 0.06 + rng.uniform(-0.3, 0.3, count) / count
        at = np.clip(place, 0.0, 1.0) * (LINE_POINTS - 1)
        weights.append(np.clip(1.0 - np.abs(at[:, None] - np.arange(LINE_POINTS)), 0.0, 1.0))
        lengths.append(rng.uniform(0.72, 1.08, count) * (0.55 + 0.6 * np.clip(place, 0.0, 1.0)))
        fans.append(-0.55 + 1.55 * place + rng.uniform(-0.12, 0.12, count))
    is_upper = np.arange(LASHES) < UPPER_LASHES
    length = np.concatenate(lengths) * np.where(is_upper, 1.0, LOWER_LENGTH)
    width = np.where(is_upper, 1.0, LOWER_WIDTH)
    length, fan, width = (each[:, None, None] for each in (length, np.concatenate(fans), width))
    return _Comb(weights[0], weights[1], length, fan, width, is_upper)


def _ribbons(middles: Array, half_px: Array, strength: Array, margin_px: float) -> Floats:
    """Return (…, 6) vertices on both sides of (…, n, 2) points: one side of a line, then the other.

    Args:
        middles: (…, n, 2) centre lines.
        half_px: (…, 1, n) half the width, px.
        strength: (…, 1, n) opacity.
        margin_px: Distance of the vertices beyond the width, px.
    """
    along = _directions(middles)
    across = _unit(np.stack([-along[..., 1], along[..., 0]], axis=-1))
    half = np.broadcast_to(half_px, (*middles.shape[:-2], 1, middles.shape[-2]))
    reach = half + margin_px
    offset = across * reach[..., 0, :, None]
    sides = np.stack([middles + offset, middles - offset], axis=-3)
    return join_vertices(sides, np.concatenate([reach, -reach], axis=-2), half, strength, 0.0)


def _bands(lower: Array, upper: Array, strength: Array, margin_px: float) -> Floats:
    """Return (4 n, 6) vertices slightly outside two edges (2, n, 2) that meet at their end."""
    opening = upper - lower
    width = np.hypot(opening[..., 0], opening[..., 1])
    along = _directions(lower)
    across = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    across = _unit(across * np.where(np.sum(across * opening, axis=-1) < 0, -1.0, 1.0)[..., None])
    step = margin_px * _unit(opening + across * 0.3)  # across where the edges meet
    half = 0.5 * width[:, None]
    reach = np.concatenate([half + margin_px, -half - margin_px], axis=1)
    return join_vertices(
        np.stack([upper + step, lower - step], axis=1), reach, half, strength[:, None, None], 0.0
    )


def _bezier(start: Array, bend: Array, end: Array, count: int) -> Array:
    """Return (…, count, 2) points of quadratic Bézier curves between (…, 1, 2) points."""
    t = np.linspace(0.0, 1.0, count)[:, None]
    curve: Array = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    return curve


def _extension(edge: Array, tip: Array) -> Array:
    """Return (2, WING_POINTS, 2) points from the ends of (2, n, 2) edges, exclusive, to (2, 1, 2) tips."""
    line: Array = edge[:, -1:] + (tip - edge[:, -1:]) * _TO_TIP
    return line


def _across(lines: Array, up: Array) -> Array:
    """Return (2, n, 2) unit vectors across lash lines, on the side of `up` (2, 2)."""
    along = _directions(lines)
    across = _unit(np.stack([along[..., 1], -along[..., 0]], axis=-1))
    across *= np.where(across @ up[..., None] < 0, -1.0, 1.0)
    return _unit(across + up[:, None])


def _directions(lines: Array) -> Array:
    """Return (…, n, 2) tangents of lines of (…, n, 2) points, not normalised."""
    along = np.empty_like(lines)
    along[..., 1:-1, :] = lines[..., 2:, :] - lines[..., :-2, :]
    along[..., 0, :] = lines[..., 1, :] - lines[..., 0, :]
    along[..., -1, :] = lines[..., -1, :] - lines[..., -2, :]
    return along


def _unit(vectors: Array) -> Array:
    unit: Array = vectors / np.maximum(np.hypot(vectors[..., 0], vectors[..., 1]), 1e-9)[..., None]
    return unit
