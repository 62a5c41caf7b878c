"""Lash lines of an eye, and the ribbons drawn along them: liner and lashes. Image px."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from arpipe.effects.makeup.curves import Floats, open_curve
from arpipe.effects.makeup.shapes import joined
from arpipe.effects.makeup.wearer import Wearer
from arpipe.geometry.transforms import Array

SIDES = ("left", "right")
STEPS = 6  # points a landmark of a lash line
LINE_POINTS = 8 * STEPS + 1
WING_POINTS = 12
UPPER_LASHES, LOWER_LASHES = 34, 18
LASH_POINTS = 7

LINER_TAPER = 0.30  # of the thickness is left at the inner corner
WING_LEAVES = 0.86  # of the way from the inner corner
OPEN_EYE, CLOSED_EYE = 0.30, 0.12  # height over width


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """One eye's lash lines.

    Attributes:
        upper, lower: (LINE_POINTS, 2) from the inner to the outer corner.
        up: (2,) unit, from the lower lid to the upper, across the eye.
        outward: (2,) unit, from the inner to the outer corner.
        width_px: Between the corners.
        openness: 0 closed, 1 open.
        brow_tail: (2,) outer end of the brow.
        facing: Cosine between the view and the eye's surface.
    """

    upper: Array
    lower: Array
    up: Array
    outward: Array
    width_px: float
    openness: float
    brow_tail: Array
    facing: float

    @classmethod
    def of(cls, wearer: Wearer, side: str) -> "Eye":
        """The left or right eye of a face."""
        loop = wearer.region(f"{side}_eye")  # outer corner, lower lid, inner corner, upper lid
        half = len(loop) // 2
        upper = open_curve(loop[[*range(half, len(loop)), 0]], STEPS)
        lower = open_curve(loop[half::-1], STEPS)
        span = loop[0] - loop[half]
        width = max(float(np.linalg.norm(span)), 1e-6)
        outward = span / width
        up = np.array([outward[1], -outward[0]]) * (1.0 if side == "left" else -1.0)
        height = float(((upper - lower) @ up).max()) / width
        openness = float(np.clip((height - CLOSED_EYE) / (OPEN_EYE - CLOSED_EYE), 0.0, 1.0))
        facing = float(np.mean(wearer.facing(f"{side}_eye")))
        tail = wearer.face.landmarks[f"{side}_brow_outer"][:2].astype(np.float64)
        return cls(upper, lower, up, outward, width, openness, tail, facing)

    @property
    def strength(self) -> float:
        """How much of a line is seen: fades where the eye turns away."""
        return float(np.clip((self.facing - 0.25) / 0.25, 0.0, 1.0))


def upper_liner(eye: Eye, thickness_px: float, wing_px: float, px_per_mm: float) -> Floats:
    """(2 n, 6) band along the upper lash line, drawn out into a wing."""
    place = np.linspace(0.0, 1.0, LINE_POINTS)
    grown = LINER_TAPER + (1.0 - LINER_TAPER) * np.clip(place / 0.75, 0.0, 1.0) ** 0.9
    thickness = thickness_px * grown * np.clip(place / 0.12, 0.0, 1.0)
    lash_line = eye.upper - eye.up * (0.15 * px_per_mm)
    top = eye.upper + _across(eye.upper, eye.up) * thickness[:, None]
    rising = _unit(eye.lower[-1] - eye.lower[-2 * STEPS])  # the lower lid's line, carried on
    toward = _unit(0.8 * rising + 0.3 * _unit(eye.brow_tail - eye.upper[-1]) + 0.45 * eye.outward)
    tip = lash_line[-1] + toward * max(wing_px, 0.6 * thickness_px)
    leave = round(WING_LEAVES * (LINE_POINTS - 1))  # the upper edge leaves the lid before the corner
    share = np.clip(wing_px / max(3.0 * thickness_px, 1e-6), 0.0, 1.0)
    lifted = _bezier(
        top[leave],
        top[leave] + 0.6 * (tip - top[leave]) - toward * 0.15 * wing_px,
        tip,
        LINE_POINTS - leave + WING_POINTS,
    )
    along = np.concatenate(
        [top[leave:], top[-1] + (tip - top[-1]) * np.linspace(0, 1, WING_POINTS + 1)[1:, None]]
    )
    upper = np.concatenate([top[:leave], along + share * (lifted - along)])
    under = lash_line[-1] + (tip - lash_line[-1]) * np.linspace(0, 1, WING_POINTS + 1)[1:, None]
    return _band(np.concatenate([lash_line, under]), upper, eye.strength)


def lower_liner(eye: Eye, thickness_px: float, opacity: float) -> Floats:
    """(2 n, 6) ribbon under the lower lash line, its outer two thirds."""
    place = np.linspace(0.0, 1.0, LINE_POINTS)
    fade = np.clip((place - 0.25) / 0.35, 0.0, 1.0)
    middle = eye.lower - eye.up * (0.45 * thickness_px)
    return ribbon(middle, 0.5 * thickness_px * (0.5 + 0.5 * fade), eye.strength * opacity * fade)


def lashes(eye: Eye, length_px: float, width_px: float, curl: float, lower: float) -> Floats:
    """(lashes * LASH_POINTS * 2, 6) tapered strokes; on a closed lid they lie downwards."""
    upper = _strokes(eye, eye.upper, UPPER_LASHES, length_px, width_px, curl, True)
    beneath = _strokes(eye, eye.lower, LOWER_LASHES, 0.42 * length_px, 0.75 * width_px, curl, False)
    beneath[:, 4] *= lower
    return np.concatenate([upper, beneath])


def ribbon(middle: Array, half_px: Array, strength: Array | float) -> Floats:
    """(2 n, 6) vertices on both sides of (n, 2) points: row of one side, then of the other."""
    along = np.gradient(middle, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    reach = half_px + 1.5
    sides = np.stack([middle + across * reach[:, None], middle - across * reach[:, None]])
    return joined(sides, np.stack([reach, -reach]), half_px, strength, 0.0)


def _band(lower: Array, upper: Array, strength: float) -> Floats:
    """(2 n, 6) vertices a little outside two edges that meet at the end."""
    opening = upper - lower
    width = np.linalg.norm(opening, axis=1, keepdims=True)
    along = np.gradient(lower, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    across *= np.where(np.sum(across * opening, axis=1) < 0, -1.0, 1.0)[:, None]
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    step = opening + across * 0.3  # across where the edges meet
    step *= 1.5 / np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    half = 0.5 * width[:, 0]
    reach = half + 1.5
    return joined(np.stack([upper + step, lower - step]), np.stack([reach, -reach]), half, strength, 0.0)


def _bezier(start: Array, bend: Array, end: Array, count: int) -> Array:
    t = np.linspace(0.0, 1.0, count)[:, None]
    curve: Array = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    return curve


@dataclass(frozen=True, slots=True, eq=False)
class _Comb:
    """Lashes of one lid that no frame changes.

    Attributes:
        on_line: (count, LINE_POINTS) weights that give the roots.
        length: (count, 1) of each over the longest.
        fan: (count, 1) how far each leans outwards; negative towards the nose.
    """

    on_line: Array
    length: Array
    fan: Array


@cache
def _comb(count: int) -> _Comb:
    rng = np.random.default_rng(count)  # the same lashes in every frame
    place = (np.arange(count) + 0.5) / count * 0.92 + 0.06 + rng.uniform(-0.3, 0.3, count) / count
    at = np.clip(place, 0.0, 1.0) * (LINE_POINTS - 1)
    weights = np.clip(1.0 - np.abs(at[:, None] - np.arange(LINE_POINTS)), 0.0, 1.0)
    length = rng.uniform(0.72, 1.08, count) * (0.55 + 0.6 * np.clip(place, 0.0, 1.0))
    fan = -0.55 + 1.55 * place + rng.uniform(-0.12, 0.12, count)
    return _Comb(weights, length[:, None], fan[:, None])


def _strokes(
    eye: Eye, line: Array, count: int, length_px: float, width_px: float, curl: float, is_upper: bool
) -> Floats:
    comb = _comb(count)
    roots = comb.on_line @ line
    rise = (1.0 if is_upper else -1.0) * eye.up
    if is_upper:
        rise = rise * (-0.75 + 1.75 * eye.openness)  # a closed lid points its lashes to the cheek
    lean = 0.75 * comb.fan * eye.outward
    straight = rise + 0.75 * lean
    curled = rise * (1.0 + 0.35 * curl) + lean * 1.1
    t = np.linspace(0.0, 1.0, LASH_POINTS)[:, None, None]
    length = length_px * comb.length
    first = roots + straight * length * 0.42 * (1.0 - 0.35 * curl * eye.openness)
    tip = roots + curled * length
    points = (1 - t) ** 2 * roots + 2 * t * (1 - t) * first + t**2 * tip  # (LASH_POINTS, count, 2)
    half = 0.5 * width_px * (1.0 - 0.85 * t[..., 0] ** 1.4) * np.ones(count)
    along = np.gradient(points, axis=0)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    reach = half + 1.0
    sides = np.stack([points + across * reach[..., None], points - across * reach[..., None]])
    strength = eye.strength * (1.0 - 0.45 * t[..., 0]) * np.ones(count)
    return joined(sides, np.stack([reach, -reach]), half, strength, 0.0)


def _across(line: Array, up: Array) -> Array:
    """(n, 2) unit vectors across a lash line, on the side of `up`."""
    along = np.gradient(line, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    across *= np.where(across @ up < 0, -1.0, 1.0)[:, None]
    blended = across + up
    unit: Array = blended / np.maximum(np.linalg.norm(blended, axis=1, keepdims=True), 1e-9)
    return unit


def _unit(vector: Array) -> Array:
    unit: Array = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit
