"""Pictures as the bytes of a file."""

from io import BytesIO

import numpy as np
from PIL import Image


def png(pixels: np.ndarray) -> bytes:
    """Return a PNG of (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA pixels."""
    return _encode(pixels, format="PNG", optimize=True)


def jpeg(pixels: np.ndarray, quality: int, subsampling: int = 2) -> bytes:
    """Return a JPEG of (h, w) grey or (h, w, 3) RGB pixels; `subsampling` 0 is 4:4:4, 2 is 4:2:0."""
    return _encode(pixels, format="JPEG", quality=quality, subsampling=subsampling, optimize=True)


def _encode(pixels: np.ndarray, **options: str | int | bool) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, **options)
    return buffer.getvalue()
