"""Pixels of a crop that probably are skin, and pixels that probably are hair, to learn a person's colours from."""

import numpy as np

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.hues import hue_distance
from arpipe.tracking.occlusion.zones import HairZones
from arpipe.types import Points

# Where skin is hidden least often: between and below the eyes, on nose, forehead and upper cheeks.
SAMPLED = (9, 168, 6, 151, 118, 347, 101, 330, 50, 280, 1)
PATCH = 0.02  # half the side of a patch over the crop's side
REACH, FEATHER = (
    14.0,
    10.0,
)  # distance from the reference that certainly is skin, and over which the weight falls
LIKE_SKIN, NOT_SKIN = 8.0, 18.0  # distances from which seeds of hair begin to count, and count in full
SIDE_WEIGHT = 0.4  # of seeds beside the face, which also are of the background
SIDE_REACH = 0.06  # width of the strips beside the face, over the crop's side
COOL = -2.0  # 8-bit Lab a, minus its zero, below which no skin lies in the light of a room


def skin_weights(distance: Points) -> Points:
    """Return float32 weights as seeds of skin, for distances from the person's usual skin."""
    weights = (REACH + FEATHER - distance) * np.float32(1.0 / FEATHER)
    return np.asarray(np.clip(weights, 0.0, 1.0), np.float32)


def hair_weights(distance: Points) -> Points:
    """Return float32 weights as seeds of hair, for distances from the person's usual skin."""
    weights = (distance - LIKE_SKIN) * np.float32(1.0 / (NOT_SKIN - LIKE_SKIN))
    return np.asarray(np.clip(weights, 0.0, 1.0), np.float32)


def hair_places(crop: CroppedFace, zones: HairZones) -> Points:
    """Return (h, h) float32 how likely hair is to be seen at a place: above the face, and less so beside it.

    Args:
        crop: The face at half the resolution, as for `zones`.
        zones: Where hair may hang before it.
    """
    side = crop.side
    places = np.zeros((side, side), np.float32)
    rows, columns = (np.flatnonzero((zones.face > 0.5).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return places
    left, right, reach = int(columns[0]), int(columns[-1]), round(SIDE_REACH * side)
    places[: zones.brow_row, max(left - reach, 0) : right + reach + 1] = 1.0
    lower = slice(zones.brow_row, int(rows[-1]))
    places[lower, max(left - reach, 0) : left + reach] = SIDE_WEIGHT
    places[lower, max(right - reach, 0) : right + reach + 1] = SIDE_WEIGHT
    return np.asarray(places * ((zones.face < 0.5) & crop.seen), np.float32)


def usual_skin(colors: Points, landmarks: Points) -> Points:
    """Return the (3,) hue of the person's skin: that of the patch nearest to all others.

    Hair or a mask over some patches does not count.

    Args:
        colors: (3, s, s) `hues` of a crop.
        landmarks: (n, 2) places in it, px.
    """
    patches = np.stack([_patch(colors, landmarks[index]) for index in SAMPLED], axis=1)
    warm = patches[:, patches[1] > COOL]
    if not warm.size:
        warm = patches
    apart = hue_distance(warm[:, :, None], warm[:, None])
    best = warm[:, int(np.argmin(np.minimum(apart, 2.0 * REACH).sum(axis=1)))]
    near: Points = warm[:, hue_distance(warm, best) < REACH].mean(axis=1)
    return near


def _patch(colors: Points, place: Points) -> Points:
    """Return the (3,) mean colour around a place; places beyond the crop are moved to its border."""
    side = colors.shape[1]
    reach = max(1, round(PATCH * side))
    x, y = (min(max(round(each), reach), side - reach - 1) for each in place.tolist())
    mean: Points = colors[:, y - reach : y + reach + 1, x - reach : x + reach + 1].mean(axis=(1, 2))
    return mean
