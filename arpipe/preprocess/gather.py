"""Samples a coarse picture at single pixels of a fine one of the same scene."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.types import Points

REMAP_COLUMNS = 1024  # points per row of the lookup: cv2.remap takes no rows of unlimited length


def bilinear_at(coarse: Points, places: npt.NDArray[np.intp], width: int, height: int) -> Points:
    """Return (n, channels) values, interpolated bilinearly, with the border replicated outwards.

    Args:
        coarse: (h', w', channels) float32, 1 to 4 channels.
        places: (n,) pixels of the fine picture, as indices into its flattened rows.
        width: Width of the fine picture, px.
        height: Height of the fine picture, px.
    """
    coarse_height, coarse_width, channels = coarse.shape
    count = places.size
    if not count:
        return np.empty((0, channels), np.float32)
    rows, columns = np.divmod(places, width)
    lines = -(-count // REMAP_COLUMNS)
    at = np.zeros((2, lines * REMAP_COLUMNS), np.float32)
    at[0, :count] = (columns + 0.5) * (coarse_width / width) - 0.5
    at[1, :count] = (rows + 0.5) * (coarse_height / height) - 0.5
    x, y = at.reshape(2, lines, REMAP_COLUMNS)
    found = cv2.remap(coarse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(-1, channels)[:count], np.float32)
