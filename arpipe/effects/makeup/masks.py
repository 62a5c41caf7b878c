"""Masks in the UV layout, and powders made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.geometry.transforms import Array
from arpipe.render.lighting import linear_from_srgb
from arpipe.topology import Topology

MASK_SIDE = 512
Mask = npt.NDArray[np.uint8]
RgbColor = tuple[float, float, float]
Places = tuple[tuple[str, float], ...]
"""Names of pictures in assets/makeup, each with its strength in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Powder:
    """One thing brushed onto the skin.

    Attributes:
        places: Where.
        opacity: In [0, 1].
        color: sRGB in [0, 1].
        sheer: 0 shows the colour as it is, 1 keeps its hue alone and takes the skin's lightness times `depth`.
        stain: 0 covers the skin's hue, 1 shifts it as it would shift mean skin's, so that a tone shows on any.
        depth: Lightness over the skin's, for what is sheer.
        glow: Light that it adds where the light strikes it.
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
    def strongest(self) -> float:
        """Opacity where it is strongest."""
        return self.opacity * max(strength for _, strength in self.places)


@dataclass(frozen=True, slots=True)
class Evening:
    """Evener skin in one place.

    Attributes:
        place: Name of a picture in assets/makeup.
        even: In [0, 1], how far blotches are evened out to the skin's mean hue.
        lift: In [0, 1], how far shadows are lifted to the surrounding skin's lightness.
    """

    place: str
    even: float
    lift: float = 0.0


def linear(color: RgbColor) -> Array:
    """(3,) linear light of an sRGB colour."""
    result: Array = linear_from_srgb(np.rint(np.array(color) * 255.0).astype(np.uint8))
    return result


@cache
def load_mask(name: str) -> Mask:
    """(MASK_SIDE, MASK_SIDE) of `assets/makeup/<name>.png`.

    Raises:
        AssetError: It is missing or not such a picture.
    """
    path = asset_path(f"makeup/{name}.png")
    try:
        with Image.open(path) as picture:
            mask = np.asarray(picture)
    except (OSError, ValueError, SyntaxError) as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
    if mask.shape != (MASK_SIDE, MASK_SIDE) or mask.dtype != np.uint8:
        raise AssetError(f"{path}: expected {MASK_SIDE}×{MASK_SIDE} grey levels; reinstall arpipe")
    return mask


@cache
def merged(places: Places) -> Mask:
    """(MASK_SIDE, MASK_SIDE) one mask of several: what one colour brushed on in all these places covers."""
    bare = np.ones((MASK_SIDE, MASK_SIDE), np.float32)
    for name, strength in places:
        bare -= bare * load_mask(name) * np.float32(strength / 255.0)
    return np.asarray(np.rint(255.0 * (1.0 - bare)), np.uint8)


def strongest(places: Places) -> Mask:
    """(MASK_SIDE, MASK_SIDE) the largest of several masks, each times its strength."""
    scaled = [load_mask(name) * np.float32(strength) for name, strength in places]
    return np.asarray(np.rint(np.maximum.reduce(scaled)), np.uint8)


def packed(masks: Sequence[Mask]) -> list[Mask]:
    """Masks four to a (MASK_SIDE, MASK_SIDE, 4) picture, in order."""
    pages = np.zeros((-(-len(masks) // 4), MASK_SIDE, MASK_SIDE, 4), np.uint8)
    for number, mask in enumerate(masks):
        pages[number // 4, ..., number % 4] = mask
    return list(pages)


def touched_triangles(names: Sequence[str], topology: Topology) -> npt.NDArray[np.int32]:
    """(m, 3) triangles that any of the masks reaches."""
    reach = np.maximum.reduce([load_mask(name) for name in names]) > 0
    weights = np.array([(a, b, 6 - a - b) for a in range(7) for b in range(7 - a)]) / 6.0
    corners = topology.uv[topology.triangles]  # (t, 3, 2)
    places = np.einsum("wk,tkc->twc", weights, corners) * MASK_SIDE
    at = np.clip(places.astype(int), 0, MASK_SIDE - 1)
    used = reach[at[..., 1], at[..., 0]].any(axis=1)
    triangles: npt.NDArray[np.int32] = topology.triangles[used]
    return triangles
