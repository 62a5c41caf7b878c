"""Which hair hangs before a face: what comes down over the forehead, and what falls over the temples.

Colours alone would also mark brows, eyes and a beard. Hair before the face hangs from above, though: below the row
over the brows, a pixel counts only as far as the one above it does. At the sides, the ear tells whether hair lies
before a temple of glasses or behind it.

All of this is found at half the crop's resolution; a guided filter gives the result the picture's edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.evidence import Evidence
from arpipe.tracking.occlusion.zones import HairZones, ramp, smoothstep
from arpipe.types import Points

SPREAD = 0.94  # how much of it hair passes on sideways in the rows of `SLANTED`
TOWARDS_EYE = 0.05  # over the crop's side, over which that sets in before the corner of an eye
SURE_SKIN, SURE_HAIR = 0.3, 0.75  # probability of hair at which nothing, and everything, is covered

PATCH = 0.025  # half the side of the place before the ear, over the crop's side
NEAR_EAR, ON_TEMPLE = 0.95, 0.5  # where that is, from the corner of the eye (0) to the tragus (1)
NARROW, WIDE = (
    0.05,
    0.11,
)  # distance of both, over the crop's side, on a side that is turned away, and on one that is not
EAR_WIDTH = 0.07  # over the crop's side, in which an ear beside a face seen from the front is looked for
EAR_TURNS = 0.8  # by how much that is wider, over what the temple is wider than on such a face
ON_SKIN, OVER_EAR = (
    (0.25, 0.5),
    (0.6, 0.85),
)  # shares of hair at which it certainly does not, and does, cover both
# Distances over the crop's side: from the outline inwards, between which hair hangs over it; by how much glasses are
# wider than a face, and the end of that; of eye and ear, on a side that is not turned to the viewer and on one that is.
RIM_INNER, RIM_OUTER = 0.09, 0.05
FRONT, FRONT_FADE = 0.08, 0.03
TURNED = (0.115, 0.14)
IN_VIEW = (0.04, 0.07)  # the same, on a side that is turned away, by some 30 degrees, and on one that is not
HANGS_OVER = (0.2, 0.6)  # shares of hair inside the outline at which it does not, and does
OVER_ROWS = 0.04  # over the crop's side, over which rows agree
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Lean:
    """By how many columns hair may shift in how many rows, which are followed at once."""

    rows: int
    columns: int


SLANTED, STEEP = Lean(2, 2), Lean(4, 2)  # over the forehead, and past the temples


def hang(hair: Points, zones: HairZones) -> Points:
    """Return (s, s) as `hair` in the rows of glasses, below the brows only as far as it is connected with hair above.

    Above and below these rows it is 0.
    """
    hung = np.zeros_like(hair)
    hung[zones.top_row : zones.brow_row] = hair[zones.top_row : zones.brow_row]
    below = slice(zones.brow_row, zones.bottom_row)
    # A brow must not lead from hair at its end to the eye.
    beside = np.float32(SPREAD) * (1 - zones.features[below])
    hung[below] = _connected(hair[below], hung[zones.brow_row - 1], beside, SLANTED)
    return hung


def _connected(hair: Points, start: Points, sideways: Points, lean: Lean) -> Points:
    """Return (h, s) as `hair`, but only as far as each row is connected with the one before it.

    Args:
        hair: (h, s) float32.
        start: (s,) what the first row may be connected with.
        sideways: (h, s) float32 how much of it passes on when it shifts.
        lean: How far it may shift.
    """
    rows, side = lean.rows, hair.shape[1]
    kernel = np.ones((1, 2 * lean.columns + 1), np.uint8)
    least = hair[: len(hair) // rows * rows].reshape(-1, rows, side).min(axis=1)
    passes = sideways[::rows]
    reach = np.empty((len(passes), side), np.float32)
    before = start[None]
    for row in range(len(passes)):
        reached = reach[row : row + 1]
        np.multiply(cv2.dilate(before, kernel), passes[row], out=reached)
        np.maximum(reached, before, out=reached)
        if row < len(least):  # the last rows, if they are fewer, lead to no others
            before = np.minimum(reached, least[row])
    return np.minimum(hair, np.repeat(reach, rows, axis=0)[: len(hair)])


def covered_by_hair(hung: Points, crop: CroppedFace, zones: HairZones, sides: tuple[float, float]) -> Points:
    """Return (s, s) float32, 1 where hair hides glasses.

    Args:
        hung: See `hang`.
        crop: The face.
        zones: Parts of the face.
        sides: Share of the hair on the left and the right temple that lies before glasses.
    """
    rows = slice(zones.top_row, zones.bottom_row)
    hair = hung[rows] * temple_shares(crop, sides)
    beside = _beside_eyes(crop)
    hair += beside * (_reach_down(hair) - hair)
    covered = smoothstep(hair, SURE_SKIN, SURE_HAIR)
    whole = np.zeros_like(hung)
    if covered.any():  # before most faces, there is none
        covered += beside * (_fill_outwards(covered, crop) - covered)
        covered *= _behind_front(covered, zones.face[rows], crop)
        whole[rows] = covered
    return whole


def _behind_front(covered: Points, face: Points, crop: CroppedFace) -> Points:
    """Return (h, s) float32: 0 where hair only lies beside the face, 1 where it hides glasses all the same.

    The front of glasses is wider than a face, and lies before the hair beside it. Where hair also comes in over the
    outline, it hangs before the front, too; and on a side that is turned to the viewer, temples begin at the outline.

    Args:
        covered: (h, s) float32, where hair seems to hide glasses.
        face: (h, s) float32, 1 within the outline of the face.
        crop: The face.
    """
    columns = np.arange(crop.side, dtype=np.float32)
    inside = face > 0.5
    first = inside.argmax(axis=1).astype(np.float32)
    last = crop.side - 1 - inside[:, ::-1].argmax(axis=1).astype(np.float32)
    shares = np.ones_like(covered)
    for side, outwards in (("right", first[:, None] - columns), ("left", columns - last[:, None])):
        beyond = np.asarray(outwards * np.float32(1.0 / crop.side), np.float32)
        rim = ((beyond > -RIM_INNER) & (beyond < -RIM_OUTER)).astype(np.float32)
        over = (covered * rim).sum(axis=1) / np.maximum(rim.sum(axis=1), 1.0)
        over = cv2.blur(over[:, None], (1, 2 * round(OVER_ROWS * crop.side) + 1))
        hangs = smoothstep(np.asarray(over, np.float32), *HANGS_OVER)
        reach = FRONT * (1.0 - ramp(_temple_width(crop, side), *TURNED))
        front = np.clip((beyond + RIM_OUTER) / FRONT_FADE + 1.0, 0.0, 1.0)
        front *= np.clip((reach - beyond) / FRONT_FADE, 0.0, 1.0)
        shares *= 1 - front * (1 - hangs)
    shares[~inside.any(axis=1)] = 1.0
    return np.asarray(shares, np.float32)


def _temple_width(crop: CroppedFace, side: str) -> float:
    """Return the distance from the corner of the eye to the ear along the rows, over the crop's side."""
    return abs(float(crop.place(f"{side}_tragus")[0] - crop.place(f"{side}_eye_outer")[0])) / crop.side


def temple_shares(crop: CroppedFace, sides: tuple[float, float]) -> Points:
    """Return (1, s) the share of hair that lies before glasses, by column: all of it between the eyes' corners."""
    columns = np.arange(crop.side, dtype=np.float32)
    shares = np.ones(crop.side, np.float32)
    for side, share in zip(SIDES, sides, strict=True):
        eye, ear = (float(crop.place(f"{side}_{name}")[0]) for name in ("eye_outer", "tragus"))
        outwards = 1.0 if side == "left" else -1.0
        width = max(outwards * (ear - eye), NARROW * crop.side)
        beyond = np.clip(outwards * (columns - eye) / width, 0.0, 1.0)
        shares *= (1.0 - beyond * (1.0 - share)).astype(np.float32)
    return shares[None]


def near_sides(crop: CroppedFace) -> tuple[float, float]:
    """Return how far the left and the right temple are in view: 0 if turned away, 1 in a face from the front."""
    left, right = (ramp(_temple_width(crop, side), *IN_VIEW) for side in SIDES)
    return left, right


def hair_at_temples(evidence: Evidence, crop: CroppedFace) -> tuple[float, float]:
    """Return how much of the hair at the left and the right temple lies before glasses: 1 if it covers the ear."""
    left, right = (_hair_at_temple(evidence, crop, side) for side in SIDES)
    return left, right


def _hair_at_temple(evidence: Evidence, crop: CroppedFace, side: str) -> float:
    eye, ear = crop.place(f"{side}_eye_outer"), crop.place(f"{side}_tragus")
    strip = _temple_width(crop, side)
    share = ON_TEMPLE + (NEAR_EAR - ON_TEMPLE) * ramp(strip, NARROW, WIDE)
    hair = _mean_around(evidence.hair, eye + np.float32(share) * (ear - eye), PATCH, PATCH)
    half_width = 0.5 * (EAR_WIDTH + EAR_TURNS * max(strip - WIDE, 0.0))
    shift = half_width * crop.side
    beside = ear + np.array([shift if side == "left" else -shift, 0.0], np.float32)
    over_ear = _mean_around(evidence.hair, beside, half_width, EAR_WIDTH)
    return ramp(hair, *ON_SKIN) * ramp(over_ear, *OVER_EAR)


def _reach_down(hair: Points) -> Points:
    """Return (h, s) as `hair`, but only what reaches the last row, leaning by at most `STEEP`.

    Hair that falls past a temple reaches below the glasses; a hairline beside the brow does not.
    """
    return _connected(hair[::-1], hair[-1], np.ones_like(hair), STEEP)[::-1]


def _fill_outwards(covered: Points, crop: CroppedFace) -> Points:
    """Return (h, s) as `covered`, but beyond what is covered everything farther out is: bright strands belong to it."""
    middle = min(max(int(crop.place("sellion")[0]), 1), crop.side - 1)
    filled = np.empty_like(covered)
    right, left = filled[:, :middle], filled[:, middle:]  # of the person
    right[:] = cv2.dilate(covered[:, :middle], np.ones((1, middle), np.uint8), anchor=(0, 0))
    width = crop.side - middle
    left[:] = cv2.dilate(covered[:, middle:], np.ones((1, width), np.uint8), anchor=(width - 1, 0))
    return filled


def _beside_eyes(crop: CroppedFace) -> Points:
    """Return (1, s), by column: 1 beyond the corners of the eyes, 0 between them."""
    columns = np.arange(crop.side, dtype=np.float32)
    left, right = (float(crop.place(f"{side}_eye_outer")[0]) for side in SIDES)
    beyond = np.maximum(columns - left, right - columns) / (TOWARDS_EYE * crop.side) + 1.0
    return np.asarray(np.clip(beyond, 0.0, 1.0)[None], np.float32)


def _mean_around(values: Points, place: Points, half_width: float, half_height: float) -> float:
    """Return the mean in a box around a place; sizes are over the crop's side."""
    side = values.shape[0]
    x, y = (min(max(each, 0.0), side - 1.0) for each in place.tolist())
    reach_x, reach_y = half_width * side, half_height * side
    rows = slice(max(0, round(y - reach_y)), round(y + reach_y) + 1)
    columns = slice(max(0, round(x - reach_x)), round(x + reach_x) + 1)
    return float(cv2.mean(values[rows, columns])[0])
