"""Lab colours."""

import cv2
import numpy as np

from arpipe.types import Pixels


def lab_of(pixels: Pixels) -> Pixels:
    """Convert (h, w, 3) RGB pixels to 8-bit Lab."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB), np.uint8)


def load_lab_tables() -> None:
    """Make OpenCV compute its tables, which takes 50 ms of the first conversion; for another thread, at the start."""
    lab_of(np.zeros((1, 1, 3), np.uint8))
