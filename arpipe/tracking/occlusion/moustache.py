"""A moustache that hangs over the lips, by how much darker than skin the strip above them is."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.quantiles import median
from arpipe.tracking.occlusion.crop import Flags
from arpipe.tracking.occlusion.hues import LIGHTNESS_WEIGHT
from arpipe.tracking.occlusion.zones import filled, ramp
from arpipe.types import Pixels, Points

# By how much darker than skin the strip above the lips is in the shade of a nose, and under a moustache.
SHADED, DARK = 0.3, 0.45
# Lightness of moustache, and of lips, from that of the strip (0) to that of skin (1).
HAIR_LEVEL, LIP_LEVEL = 0.25, 0.5
CLOSED, OPEN = 0.06, 0.15  # openings of a mouth
INSET = 0.2  # of the width of the lips, at either end of the strip
# Distances of the strip from the lips, over the crop's side: beyond their soft outline, and short of the nostrils and
# their shadow, which are as dark as a moustache above lips that are raised by a smile or seen from below.
STRIP_FROM, STRIP_TO = 0.008, 0.03
UPPER_LIP = 0.35  # of the height of the lips, from their top
MIN_PIXELS = 12


@dataclass(frozen=True, slots=True)
class Moustache:
    """A moustache, which is darker than the lips that it hangs over.

    Attributes:
        certainty: In [0, 1], whether there is one.
        hair_level, lip_level: 8-bit Lab L up to which a pixel is part of it, and from which on it is lip.
    """

    certainty: float
    hair_level: float
    lip_level: float

    def cover(self, lightness: Pixels, teeth: Points, opening: float) -> Points:
        """Return (h, w) float32, how much it covers of each pixel around lips: of the lower one while they are closed.

        Args:
            lightness: (h, w) 8-bit Lab L.
            teeth: (h, w) float32, 1 between the lips.
            opening: Height of the opening between the lips over their width.
        """
        share = (self.lip_level - lightness.astype(np.float32)) / (self.lip_level - self.hair_level)
        lower = np.maximum.accumulate(teeth, axis=0) * ramp(opening, CLOSED, OPEN)
        return np.asarray(self.certainty * np.clip(share, 0.0, 1.0) * (1 - lower), np.float32)


NO_MOUSTACHE = Moustache(0.0, 0.0, 1.0)


def find_moustache(
    usual_skin: Points, lightness: Points, seen: Flags, outline: Points, side: int
) -> Moustache:
    """Return the moustache over lips.

    Args:
        usual_skin: (3,) hue of the person's skin, see `arpipe.tracking.occlusion.hues`.
        lightness: (h, w) float32 8-bit Lab L around the lips.
        seen: (h, w) bool, True within the picture.
        outline: (k, 2) outline of the lips in these pixels.
        side: Side of the face's crop, px.
    """
    above = lightness[_strip_above(outline, lightness.shape, side) & seen]
    if above.size < MIN_PIXELS:
        return NO_MOUSTACHE
    skin, hair = float(usual_skin[0]) / LIGHTNESS_WEIGHT, float(median(above))
    certainty = ramp(1.0 - hair / max(skin, 1.0), SHADED, DARK)
    if certainty == 0.0:
        return NO_MOUSTACHE
    return Moustache(certainty, hair + HAIR_LEVEL * (skin - hair), hair + LIP_LEVEL * (skin - hair))


def _strip_above(outline: Points, shape: tuple[int, ...], side: int) -> Flags:
    """Return (h, w) bool, True in the strip that follows the upper lip."""
    near, far = (filled(shape, [outline], reach * side) for reach in (STRIP_FROM, STRIP_TO))
    strip: Flags = far - near > 0.5
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    inset = INSET * (right - left)
    # The outline may reach out of the crop, where negative numbers would count from the other end.
    strip[max(math.ceil(top + UPPER_LIP * (bottom - top)), 0) :] = False
    strip[:, : max(math.ceil(left + inset), 0)] = False
    strip[:, max(math.floor(right - inset) + 1, 0) :] = False
    return strip
