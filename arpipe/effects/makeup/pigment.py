"""What is applied to the skin: pigments, and smoothing."""

from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.render.color import linear_from_srgb

RgbColor = tuple[float, float, float]
Places = tuple[tuple[str, float], ...]
"""Names of pictures in assets/makeup, each with its strength in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Pigment:
    """Something brushed onto the skin.

    Attributes:
        places: Where, as names of masks with their strength.
        opacity: In [0, 1].
        color: sRGB in [0, 1].
        sheer: 0 shows the colour as it is; 1 keeps only its hue, at the skin's lightness times `depth`.
        stain: 0 replaces the skin's hue; 1 shifts it as it would shift that of mean skin, so that a tone shows on any.
        depth: Lightness relative to the skin's, where it is sheer.
        glow: Light that it adds where light falls on it.
        shimmer: In [0, 1], share of `glow` that comes from single grains.
    """

    places: Places
    opacity: float
    color: RgbColor
    sheer: float = 1.0
    stain: float = 0.0
    depth: float = 1.0
    glow: float = 0.0
    shimmer: float = 0.0

    @property
    def max_opacity(self) -> float:
        """Opacity where the masks are strongest."""
        return self.opacity * max(strength for _, strength in self.places)


@dataclass(frozen=True, slots=True)
class SkinSmoothing:
    """Evening out of the skin in one place.

    Attributes:
        place: Name of a picture in assets/makeup.
        even: In [0, 1], how far blotches are blended into the skin's mean hue.
        lift: In [0, 1], how far shadows are lifted to the lightness of the surrounding skin.
    """

    place: str
    even: float
    lift: float = 0.0


def linear(color: RgbColor) -> Array:
    """Convert an sRGB colour to (3,) linear light."""
    result: Array = linear_from_srgb(np.rint(np.array(color) * 255.0).astype(np.uint8))
    return result
