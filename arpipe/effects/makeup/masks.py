"""Masks in the UV layout, and powders made of them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.geometry.transforms import Array
from arpipe.render.lighting import LUMINANCE, SKIN, linear_from_srgb
from arpipe.topology import Topology

MASK_SIDE = 512
Mask = npt.NDArray[np.uint8]
RgbColor = tuple[float, float, float]

LARGEST_RATIO = 2.6  # light colours on dark skin stop here: beyond, the picture's noise is lifted with them


@dataclass(frozen=True, slots=True)
class Powder:
    """One thing brushed onto the skin.

    Attributes:
        mask: Name of a picture in assets/makeup.
        opacity: In [0, 1].
        color: sRGB in [0, 1].
        sheer: 0 shows the colour as it is, 1 keeps its hue alone and takes the skin's lightness times `depth`.
        stain: 0 covers the skin's hue, 1 shifts it as it would shift mean skin's, so that a tone shows on any.
        depth: Lightness over the skin's, for what is sheer.
        glow: Light that it adds where the light strikes it.
        shimmer: In [0, 1], share of `glow` that comes from single grains.
        even: In [0, 1], how far blotches are evened out to the skin's mean hue.
        lift: How far shadows are lifted to the surrounding skin's lightness.
    """

    mask: str
    opacity: float
    color: RgbColor
    sheer: float = 1.0
    stain: float = 0.0
    depth: float = 1.0
    glow: float = 0.0
    shimmer: float = 0.0
    even: float = 0.0
    lift: float = 0.0

    def ratio(self, skin: Array, white: Array) -> Array:
        """(3,) what is left of the light that mean skin (linear) gives, at full strength."""
        color = np.maximum(linear(self.color), 1e-4)
        covering = color * white / skin
        level = float((color * white) @ LUMINANCE)
        skin_level = float(skin @ LUMINANCE)
        wanted = level ** (1.0 - self.sheer) * (skin_level * self.depth) ** self.sheer
        hue = covering ** (1.0 - self.stain) * (color / SKIN) ** self.stain
        ratio: Array = np.clip(hue * (wanted / float((skin * hue) @ LUMINANCE)), 0.01, LARGEST_RATIO)
        return ratio


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


def packed(names: tuple[str, ...]) -> list[Mask]:
    """Masks four to a (MASK_SIDE, MASK_SIDE, 4) picture, in order."""
    pages = []
    for first in range(0, len(names), 4):
        page = np.zeros((MASK_SIDE, MASK_SIDE, 4), np.uint8)
        for channel, name in enumerate(names[first : first + 4]):
            page[..., channel] = load_mask(name)
        pages.append(page)
    return pages


def touched_triangles(names: tuple[str, ...], topology: Topology) -> npt.NDArray[np.int32]:
    """(m, 3) triangles that any of the masks reaches."""
    whole = np.maximum.reduce([load_mask(name) for name in names])
    reach = np.asarray(whole > 0, np.uint8)
    weights = np.array([(a, b, 6 - a - b) for a in range(7) for b in range(7 - a)]) / 6.0
    corners = topology.uv[topology.triangles]  # (t, 3, 2)
    places = np.einsum("wk,tkc->twc", weights, corners) * MASK_SIDE
    at = np.clip(places.astype(int), 0, MASK_SIDE - 1)
    used = reach[at[..., 1], at[..., 0]].any(axis=1)
    triangles: npt.NDArray[np.int32] = topology.triangles[used]
    return triangles
