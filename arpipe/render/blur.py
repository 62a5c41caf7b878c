"""Blurring pictures of a few thousand px on the calling thread."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt


def gaussian(
    pixels: npt.NDArray[Any], sigma_px: float, border: int = cv2.BORDER_REFLECT_101
) -> npt.NDArray[Any]:
    """Gaussian blur of (h, w) or (h, w, c) pixels, same type.

    `cv2.GaussianBlur` shares even the smallest picture out to threads, and those wait for more in a busy loop: on
    two cores they take half a millisecond from whoever draws. This takes no thread.
    """
    kernel = _kernel(round(sigma_px, 3))
    return np.asarray(cv2.sepFilter2D(pixels, -1, kernel, kernel, borderType=border))


@lru_cache(maxsize=64)
def _kernel(sigma_px: float) -> npt.NDArray[np.float64]:
    reach = max(1, int(np.ceil(3.0 * sigma_px)))
    return np.asarray(cv2.getGaussianKernel(2 * reach + 1, sigma_px), np.float64)
