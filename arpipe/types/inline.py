"""Pictures as notebooks show them: encoded as PNG, and no larger than a page."""

from collections.abc import Iterable
from io import BytesIO

import numpy as np
import numpy.typing as npt

MOST_PX = 1280  # longer side of what is shown
DOT_COLOR = (255, 214, 102)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Encode (h, w, 3) RGB or (h, w, 4) RGBA pixels, reduced by a whole factor if they are larger than a page."""
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture = picture.reduce(-(-max(picture.size) // MOST_PX))
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def dotted(
    pixels: npt.NDArray[np.uint8], landmarks: Iterable[npt.NDArray[np.floating]]
) -> npt.NDArray[np.uint8]:
    """Return a copy of a picture with a square dot at each of the (n, 3) px; `arpipe.draw` draws more."""
    marked = pixels.copy()
    height, width = marked.shape[:2]
    reach = max(height, width) // 1000 + 1
    around = np.arange(-reach, reach + 1)
    for points in landmarks:
        x, y = np.rint(points[:, :2]).astype(np.int64).T[:, :, np.newaxis, np.newaxis]
        columns, rows = np.broadcast_arrays(x + around, y + around[:, np.newaxis])
        is_inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        marked[rows[is_inside], columns[is_inside]] = DOT_COLOR
    return marked
