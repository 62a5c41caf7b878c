"""Which hair hangs before a face: what comes down over the forehead, and what falls over the temples.

Colours alone would also mark brows, eyes and a beard. Hair before the face hangs from above, though: below the row
over the brows, a pixel counts only as far as the one above it does. At the sides, the ear tells whether hair lies
before a temple of glasses or behind it.
"""

import numpy as np

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.evidence import Evidence
from arpipe.tracking.occlusion.zones import Zones, ramp, smoothstep
from arpipe.types import Points

SPREAD = 0.97  # how much of it hair passes on sideways in each row
LEAN = 2  # rows per column of hair that falls past a temple
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
SIDES = ("left", "right")


def hang(hair: Points, zones: Zones) -> Points:
    """Return (s, s) as `hair` in the rows of glasses, below the brows only as far as it is connected with hair above.

    Above and below these rows it is 0.
    """
    hung = np.zeros_like(hair)
    rows = slice(zones.top_row, zones.bottom_row)
    hung[rows] = hair[rows]
    beside = np.float32(SPREAD) * (1 - zones.features)  # a brow must not lead from hair at its end to the eye
    above = hung[zones.brow_row - 1]
    for row in range(zones.brow_row, zones.bottom_row):
        reached = np.maximum(above[:-2], above[2:])
        reached *= beside[row, 1:-1]
        np.maximum(reached, above[1:-1], out=reached)
        above = hung[row]
        np.minimum(above[1:-1], reached, out=above[1:-1])
    return hung


def covered_by_hair(hung: Points, crop: CroppedFace, zones: Zones, sides: tuple[float, float]) -> Points:
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
    covered += beside * (_fill_outwards(covered, crop) - covered)
    whole = np.zeros_like(hung)
    whole[rows] = covered
    return whole


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


def hair_at_temples(evidence: Evidence, crop: CroppedFace) -> tuple[float, float]:
    """Return how much of the hair at the left and the right temple lies before glasses: 1 if it covers the ear."""
    left, right = (_hair_at_temple(evidence, crop, side) for side in SIDES)
    return left, right


def _hair_at_temple(evidence: Evidence, crop: CroppedFace, side: str) -> float:
    eye, ear = crop.place(f"{side}_eye_outer"), crop.place(f"{side}_tragus")
    strip = abs(float(ear[0] - eye[0])) / crop.side
    turned = np.clip((strip - NARROW) / (WIDE - NARROW), 0.0, 1.0)
    share = ON_TEMPLE + (NEAR_EAR - ON_TEMPLE) * float(turned)
    hair = _mean_around(evidence.hair, eye + np.float32(share) * (ear - eye), PATCH, PATCH)
    half_width = 0.5 * (EAR_WIDTH + EAR_TURNS * max(strip - WIDE, 0.0))
    shift = half_width * crop.side
    beside = ear + np.array([shift if side == "left" else -shift, 0.0], np.float32)
    over_ear = _mean_around(evidence.hair, beside, half_width, EAR_WIDTH)
    return ramp(hair, *ON_SKIN) * ramp(over_ear, *OVER_EAR)


def _reach_down(hair: Points) -> Points:
    """Return (h, s) as `hair`, but only what reaches the last row, leaning by at most 1 / `LEAN`.

    Hair that falls past a temple reaches below the glasses; a hairline beside the brow does not.
    """
    reaching = hair.copy()
    below = reaching[-1]
    for row in range(len(hair) - 2, -1, -1):
        here = reaching[row]
        if row % LEAN:
            np.minimum(here, below, out=here)
        else:
            reached = np.maximum(below[:-2], below[2:])
            np.maximum(reached, below[1:-1], out=reached)
            np.minimum(here[1:-1], reached, out=here[1:-1])
        below = here
    return reaching


def _fill_outwards(covered: Points, crop: CroppedFace) -> Points:
    """Return (h, s) as `covered`, but beyond what is covered everything farther out is: bright strands belong to it."""
    middle = int(np.clip(crop.place("sellion")[0], 1, crop.side - 1))
    filled = np.empty_like(covered)
    np.maximum.accumulate(covered[:, middle:], axis=1, out=filled[:, middle:])
    np.maximum.accumulate(covered[:, middle - 1 :: -1], axis=1, out=filled[:, middle - 1 :: -1])
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
    x, y = (float(np.clip(each, 0.0, side - 1.0)) for each in place)
    reach_x, reach_y = half_width * side, half_height * side
    rows = slice(max(0, round(y - reach_y)), round(y + reach_y) + 1)
    columns = slice(max(0, round(x - reach_x)), round(x + reach_x) + 1)
    return float(values[rows, columns].mean())
