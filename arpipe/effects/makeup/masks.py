"""Masks in the UV layout."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.assets import asset_path
from arpipe.effects.makeup.coat import Texels
from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.pigment import Places
from arpipe.errors import AssetError, MediaError
from arpipe.geometry.transforms import Array
from arpipe.io.image.opening import open_picture
from arpipe.topology import Topology

MASK_SIDE = 512
TOUCH_MARGIN = 4  # texels that interpolation and smaller versions of a mask reach beyond it
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
    reach = np.maximum.reduce([load_mask(name) for name in names])
    triangles: npt.NDArray[np.int32] = topology.triangles[_touches(reach, topology.uv[topology.triangles])]
    return triangles


def touching_masks(pages: Sequence[Texels], uv: Floats) -> npt.NDArray[np.uint16]:
    """Return (m,) bits of the masks that touch triangles, those of the first page lowest.

    Args:
        pages: Pictures of at most four masks each, see `pack`.
        uv: (m, 3, 2) corners of the triangles.
    """
    bits = np.zeros(len(uv), np.uint16)
    margin = np.ones((2 * TOUCH_MARGIN + 1,) * 2, np.uint8)
    for number, mask in enumerate(plane for page in pages for plane in cv2.split(page)):
        reach = np.asarray(cv2.dilate(np.asarray(mask, np.uint8), margin), np.uint8)
        bits |= _touches(reach, uv).astype(np.uint16) << np.uint16(number)
    return bits


def _touches(mask: Mask, uv: Array | Floats) -> npt.NDArray[np.bool_]:
    """Return (m,) whether a mask is not zero at one of several places in each triangle."""
    weights = np.array([(a, b, 6 - a - b) for a in range(7) for b in range(7 - a)]) / 6.0
    places = np.einsum("wk,tkc->twc", weights, uv) * MASK_SIDE
    at = np.clip(places.astype(int), 0, MASK_SIDE - 1)
    touches: npt.NDArray[np.bool_] = (mask[at[..., 1], at[..., 0]] > 0).any(axis=1)
    return touches
