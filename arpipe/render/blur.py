"""Gaussian blur of pictures of a few thousand pixels, on the calling thread."""

from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", np.uint8, np.float32)


def gaussian(
    pixels: npt.NDArray[Scalar], sigma_px: float, border: int = cv2.BORDER_REFLECT_101
) -> npt.NDArray[Scalar]:
    """Blur (h, w) or (h, w, c) pixels; the result has the same type.

    `cv2.GaussianBlur` distributes even the smallest picture over threads, which then wait for more work in a busy
    loop; on two cores that costs the drawing half a millisecond. This function uses no threads.

    Args:
        pixels: The pixels.
        sigma_px: Standard deviation, px.
        border: OpenCV's border mode.
    """
    kernel = _kernel(round(sigma_px, 3))
    return np.asarray(cv2.sepFilter2D(pixels, -1, kernel, kernel, borderType=border))


@lru_cache(maxsize=64)
def _kernel(sigma_px: float) -> npt.NDArray[np.float64]:
    reach = max(1, int(np.ceil(3.0 * sigma_px)))
    return np.asarray(cv2.getGaussianKernel(2 * reach + 1, sigma_px), np.float64)
