"""Masks in the UV layout."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from arpipe.assets import asset_path
from arpipe.effects.makeup.pigment import Places
from arpipe.errors import AssetError, MediaError
from arpipe.io.image.opening import open_picture
from arpipe.topology import Topology

MASK_SIDE = 512
Mask = npt.NDArray[np.uint8]


@cache
def load_mask(name: str) -> Mask:
    """Load the (MASK_SIDE, MASK_SIDE) grey levels of `assets/makeup/<name>.png`.

    Raises:
        AssetError: The file is missing or has another size or format.
    """
    path = asset_path(f"makeup/{name}.png")
    try:
        with open_picture(path) as picture:
            mask = np.asarray(picture)
    except MediaError as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
    if mask.shape != (MASK_SIDE, MASK_SIDE) or mask.dtype != np.uint8:
        raise AssetError(f"{path}: expected {MASK_SIDE}×{MASK_SIDE} grey levels; reinstall arpipe")
    return mask


@cache
def merge(places: Places) -> Mask:
    """Merge masks into one (MASK_SIDE, MASK_SIDE): the coverage of one colour applied with all of them."""
    bare = np.ones((MASK_SIDE, MASK_SIDE), np.float32)
    for name, strength in places:
        bare -= bare * load_mask(name) * np.float32(strength / 255.0)
    return np.asarray(np.rint(255.0 * (1.0 - bare)), np.uint8)


def strongest(places: Places) -> Mask:
    """Return the maximum of masks, each times its strength, (MASK_SIDE, MASK_SIDE)."""
    scaled = [load_mask(name) * np.float32(strength) for name, strength in places]
    return np.asarray(np.rint(np.maximum.reduce(scaled)), np.uint8)


def pack(masks: Sequence[Mask]) -> list[Mask]:
    """Pack masks into (MASK_SIDE, MASK_SIDE, 4) pictures, four per picture, in sequence."""
    pages = np.zeros((-(-len(masks) // 4), MASK_SIDE, MASK_SIDE, 4), np.uint8)
    for number, mask in enumerate(masks):
        pages[number // 4, ..., number % 4] = mask
    return list(pages)


def touched_triangles(names: Sequence[str], topology: Topology) -> npt.NDArray[np.int32]:
    """Return the (m, 3) triangles that any of the masks touches."""
    reach = np.maximum.reduce([load_mask(name) for name in names]) > 0
    weights = np.array([(a, b, 6 - a - b) for a in range(7) for b in range(7 - a)]) / 6.0
    corners = topology.uv[topology.triangles]  # (t, 3, 2)
    places = np.einsum("wk,tkc->twc", weights, corners) * MASK_SIDE
    at = np.clip(places.astype(int), 0, MASK_SIDE - 1)
    used = reach[at[..., 1], at[..., 0]].any(axis=1)
    triangles: npt.NDArray[np.int32] = topology.triangles[used]
    return triangles
