"""Sensor noise for overlays."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.blur import gaussian
from arpipe.types import Pixels

TILE_PX = 1024
SEED = 11
UNIT = 40.0  # levels of the noise tile per standard deviation
CORRELATION_PX = 0.6  # Gaussian sigma: demosaicing and compression leave neighbouring pixels correlated

Levels = npt.NDArray[np.uint8]


class Grain:
    """Adds noise to overlays, a different stretch of it in every picture."""

    def __init__(self) -> None:
        self._offsets = np.random.default_rng(SEED)

    def add(self, pixels: Pixels, weights: Levels, deviation: float) -> None:
        """Add luminance noise in place.

        Args:
            pixels: (h, w, 3) RGB.
            weights: (h, w) share of the noise that each pixel gets, 255 for all of it.
            deviation: Standard deviation of the noise, levels of 255.
        """
        strength = deviation / (UNIT * 255.0)
        lighter, darker = (cv2.multiply(part, weights, scale=strength) for part in self._parts(weights.shape))
        cv2.add(pixels, cv2.cvtColor(lighter, cv2.COLOR_GRAY2RGB), dst=pixels)
        cv2.subtract(pixels, cv2.cvtColor(darker, cv2.COLOR_GRAY2RGB), dst=pixels)

    def _parts(self, shape: tuple[int, ...]) -> tuple[Levels, Levels]:
        """Return (h, w) positive and negative parts of the noise, cut from the tile at a random offset."""
        repeats = tuple(-(-size // TILE_PX) for size in shape)
        tiles = _tiles() if max(repeats) == 1 else tuple(np.tile(tile, repeats) for tile in _tiles())
        room = (have - want for have, want in zip(tiles[0].shape, shape, strict=True))
        y, x = (int(self._offsets.integers(0, free + 1)) for free in room)
        lighter, darker = (tile[y : y + shape[0], x : x + shape[1]] for tile in tiles)
        return lighter, darker


@cache
def _tiles() -> tuple[Levels, Levels]:
    """Positive and negative parts of a tile of noise with about unit deviation, in `UNIT` levels."""
    white = np.random.default_rng(7).normal(0.0, 1.6, (TILE_PX, TILE_PX)).astype(np.float32)
    noise = gaussian(white, CORRELATION_PX) * UNIT
    lighter, darker = (np.clip(np.rint(part), 0.0, 255.0).astype(np.uint8) for part in (noise, -noise))
    return lighter, darker
