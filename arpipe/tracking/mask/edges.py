"""Aligns the edges of a coarse mask with those of the full picture: a guided filter, solved at low resolution.

In each small window the mask is modelled as a linear function of the picture's colours (He, Sun, Tang: "Guided
image filtering"). The coefficients are found at the mask's size with box filters and enlarged; the function is
evaluated with the frame's own pixels, and only where the mask is undecided: elsewhere it is 0 or 1 anyway.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.preprocess.gather import bilinear_at
from arpipe.types import Pixels, Points

RADIUS_OF_SIDE = (
    1.0 / 64.0
)  # window radius over the mask's long side: largest error of the network at an edge
VARIANCE = 3e-4  # of colours in [0, 1], below which a window counts as uniform and keeps the coarse mask
SURE = 0.03  # a coarse mask this near to 0 or 1, all around, is trusted
LOW, HIGH = (
    0.2,
    0.8,
)  # values that are stretched to 0 and 1: the filter makes certain pixels slightly uncertain


Planes = Sequence[Points]


def refine(mask: Points, picture: Pixels, pixels: Pixels) -> Points:
    """Return the mask at the frame's size, with the frame's edges.

    Args:
        mask: (h', w') float32 in [0, 1] of the whole frame.
        picture: (h', w', 3) uint8 RGB, the frame at that size.
        pixels: (h, w, 3) uint8 RGB, the frame.

    Returns:
        (h, w) float32 in [0, 1], owned by the caller.
    """
    height, width = pixels.shape[:2]
    radius = max(1, round(max(mask.shape) * RADIUS_OF_SIDE))
    full: Points = np.asarray(cv2.resize(_sharper(mask), (width, height)), np.float32)
    places = _undecided(mask, radius, width, height)
    if places.size:
        coefficients = _fit(mask, picture.astype(np.float32) * np.float32(1.0 / 255.0), radius)
        here = bilinear_at(coefficients, places, width, height)
        smooth = np.asarray(
            cv2.GaussianBlur(pixels, (3, 3), 0.0), np.uint8
        )  # otherwise the edge has the sensor's noise
        colors = np.take(smooth.reshape(-1, 3), places, axis=0).astype(np.float32) * np.float32(1.0 / 255.0)
        full.reshape(-1)[places] = _sharper(np.einsum("nc,nc->n", colors, here[:, :3]) + here[:, 3])
    return full


def _sharper(mask: Points) -> Points:
    """Stretch a mask of any shape, so that nearly certain pixels become certain."""
    return np.asarray(np.clip((mask - LOW) * np.float32(1.0 / (HIGH - LOW)), 0.0, 1.0), np.float32)


def _undecided(mask: Points, radius: int, width: int, height: int) -> npt.NDArray[np.intp]:
    """Return the pixels of the frame, as flat indices, near which the mask is neither 0 nor 1."""
    unsure = ((mask > SURE) & (mask < 1.0 - SURE)).astype(np.uint8)
    inside = (mask > 0.5).astype(np.uint8)
    rim = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    unsure = np.maximum(unsure, np.asarray(rim, np.uint8))
    near = cv2.dilate(unsure, np.ones((2 * (radius // 2) + 1,) * 2, np.uint8))
    wide = np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.flatnonzero(wide.view(np.bool_))


def _fit(mask: Points, guide: Points, radius: int) -> Points:
    """Return (h', w', 4) factors of red, green and blue and a constant whose sum is the mask, window means."""
    window = (2 * radius + 1, 2 * radius + 1)
    turned = cv2.mixChannels([guide], [np.empty_like(guide)], [0, 2, 1, 0, 2, 1])[0]  # green, blue, red
    means = cv2.split(cv2.blur(guide, window))
    mean_mask = cv2.blur(mask, window)
    masked = cv2.split(cv2.blur(cv2.multiply(guide, cv2.merge([mask] * 3)), window))
    squares = cv2.split(cv2.blur(cv2.multiply(guide, guide), window))
    others = cv2.split(cv2.blur(cv2.multiply(guide, turned), window))
    factors = _solve_symmetric(
        [square - mean * mean + np.float32(VARIANCE) for square, mean in zip(squares, means, strict=True)],
        [other - means[row] * means[row - 2] for row, other in enumerate(others)],
        [both - mean * mean_mask for both, mean in zip(masked, means, strict=True)],
    )
    constant = mean_mask - sum(factor * mean for factor, mean in zip(factors, means, strict=True))
    return np.asarray(cv2.blur(cv2.merge([*factors, constant]), window), np.float32)


def _solve_symmetric(squares: Planes, others: Planes, right: Planes) -> Planes:
    """Solve a symmetric 3 × 3 system in each pixel by its cofactors; returns three planes (h, w).

    Args:
        squares: The diagonal.
        others: Elements (0, 1), (1, 2) and (2, 0).
        right: Right-hand side.
    """
    a, b, c = squares
    ab, bc, ca = others
    x, y, z = right
    aa, bb, cc = b * c - bc * bc, a * c - ca * ca, a * b - ab * ab
    xy, yz, zx = bc * ca - ab * c, ab * ca - a * bc, ab * bc - b * ca
    scale = 1.0 / (a * aa + ab * xy + ca * zx)
    return [
        (aa * x + xy * y + zx * z) * scale,
        (xy * x + bb * y + yz * z) * scale,
        (zx * x + yz * y + cc * z) * scale,
    ]
