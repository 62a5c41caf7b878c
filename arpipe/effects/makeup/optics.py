"""How pigments change light, computed for all pigments on a face at once."""

from collections.abc import Sequence

import numpy as np

from arpipe.effects.makeup.person import Complexion
from arpipe.effects.makeup.pigment import Pigment, linear
from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE, MEAN_SKIN

MAX_RATIO = 2.6  # limit for light colours on dark skin, which would amplify the noise of the picture
MIN_RATIO = 0.01


class PigmentOptics:
    """The effect of pigments on the light of a face.

    Args:
        pigments: The pigments, in the sequence of the results.
    """

    def __init__(self, pigments: Sequence[Pigment]) -> None:
        self._colors = np.maximum([linear(pigment.color) for pigment in pigments], 1e-4)  # (n, 3)
        self._sheer, self._stain, self._depth, self._opacity, glow, shimmer = np.array(
            [(each.sheer, each.stain, each.depth, each.opacity, each.glow, each.shimmer) for each in pigments]
        ).T[:, :, None]  # (n, 1) each
        self._stains = (self._colors / MEAN_SKIN) ** self._stain
        self._light = self._colors * glow * self._opacity
        self._shimmer = shimmer

    def films(self, complexion: Complexion) -> Array:
        """Return the (n, 3) transmittance of each for mean skin, where its mask is 1, minus 1."""
        skin, white = complexion.skin, complexion.white
        level = (self._colors * white) @ LUMINANCE[:, None]
        skin_level = float(skin @ LUMINANCE)
        wanted = level ** (1.0 - self._sheer) * (skin_level * self._depth) ** self._sheer
        hue = (self._colors * (white / skin)) ** (1.0 - self._stain) * self._stains
        ratios = np.clip(hue * (wanted / ((skin * hue) @ LUMINANCE[:, None])), MIN_RATIO, MAX_RATIO)
        clear = 1.0 - complexion.black_level / skin  # haze covers pigment, too
        return complexion.pictured((ratios - 1.0) * clear * self._opacity)

    def glow(self, complexion: Complexion) -> Array:
        """Return (n, 4) light that each adds at full illumination, and the share of it from grains."""
        return np.hstack([complexion.pictured(self._light * complexion.white), self._shimmer])
