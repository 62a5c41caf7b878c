"""Pictures with transparent parts: their opacity, and how they look on a screen."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from arpipe.types import Pixels, StoredPicture

if TYPE_CHECKING:
    from arpipe.render.layer import Layer

SQUARE_OF_SIDE = (
    1.0 / 45.0
)  # side of a square of the checkerboard relative to the shorter side of the picture
LEVELS = (102, 153)  # of its squares, the greys of image editors


def opacity_of(layers: "Sequence[Layer]", picture: StoredPicture) -> Pixels | None:
    """Return the (h, w) opacity of a picture that layers have drawn; None if no layer has cut anything out."""
    cuts = (layer.coverage(picture.pixels()) for layer in layers if layer.cuts)
    return next((alpha for alpha in cuts if alpha is not None), None)


def over_checkerboard(pixels: Pixels, alpha: Pixels | None) -> Pixels:
    """Return a picture (h, w, 3) with a checkerboard behind its transparent parts; itself if it is opaque.

    Args:
        pixels: (h, w, 3) RGB, not multiplied by alpha.
        alpha: (h, w) opacity, or None.
    """
    if alpha is None:
        return pixels
    height, width = alpha.shape
    board = _checkerboard(height, width)
    shown = np.asarray(cv2.copyTo(board, (alpha == 0).view(np.uint8), pixels.copy()), np.uint8)
    rows, columns = np.nonzero((alpha > 0) & (alpha < 255))
    share = alpha[rows, columns, None].astype(np.float32) / 255.0
    under = board[rows, columns].astype(np.float32)
    shown[rows, columns] = np.rint(under + share * (pixels[rows, columns] - under)).astype(np.uint8)
    return shown


@lru_cache(maxsize=2)
def _checkerboard(height: int, width: int) -> Pixels:
    """Return (h, w, 3) grey squares; read-only."""
    square = max(1, round(min(height, width) * SQUARE_OF_SIDE))
    odd = np.add.outer(np.arange(height) // square, np.arange(width) // square) % 2
    board = np.repeat(np.array(LEVELS, np.uint8)[odd][..., None], 3, axis=2)
    board.flags.writeable = False
    return board
