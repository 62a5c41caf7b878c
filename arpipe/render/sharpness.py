"""Measures sharpness, motion blur and noise of a part of a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.quantiles import quantile
from arpipe.geometry.transforms import Array
from arpipe.render.blur import gaussian
from arpipe.types import Pixels

Grey = npt.NDArray[np.uint8]

OWN_BLUR_PX = 0.45  # Gaussian sigma that a box-filtered, supersampled edge has anyway
MAX_BLUR_PX = 9.0  # a face that is blurred more is not found
DEFAULT_BLUR_PX = 0.6  # of a webcam
PRE_BLUR_PX = 0.8  # reduces noise before derivatives are computed
_SLOPE: npt.NDArray[np.float32] = np.array([[-0.5, 0.0, 0.5]], np.float32)
_BEND: npt.NDArray[np.float32] = np.array([[1.0, -2.0, 1.0]], np.float32)
NOISE_SLOPE, NOISE_BEND = 0.0495, 0.131  # contribution of unit white noise to the squares after that blur
# Finite differences overestimate the width of edges; measured on synthetic discs.
DISCRETE_BIAS, DISCRETE_GAIN = 0.25, 1.25
# Levels² per px²; flatter pictures give no information. Blur flattens, too: a soft picture needs contrast instead.
MIN_SLOPE, MIN_CONTRAST = 4.0, 8.0
MAX_NOISE = 8.0
MIN_SIDE_PX = 24  # of what is measured
STREAK_PX = 10.0  # longer streaks are measured at half the size
COARSE_PX = 1.7  # softer pictures are measured at half the size, where there is less noise
# Features of faces are narrower than what blurs them, and end up narrower than ideal edges would: gain per px of blur,
# measured on blurred portraits.
NARROW_FEATURES = 0.11


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Sharpness and noise of a part of a picture.

    Attributes:
        blur_px: Gaussian sigma that makes an ideal edge as soft as the edges in the picture, px.
        noise: Standard deviation of the luminance noise, levels of 255.
    """

    blur_px: float
    noise: float


def measure(pixels: Pixels) -> Sharpness:
    """Measure (h, w, 3) RGB pixels, at least a few pixels wide."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    noise = _noise(grey)
    sigma = _isotropic(grey, noise)
    scale = 1
    while sigma is not None and sigma > COARSE_PX and min(grey.shape) >= 2 * MIN_SIDE_PX:
        grey, scale = _halved(grey), 2 * scale
        sigma = _isotropic(grey, _noise(grey))
    if sigma is None:
        return Sharpness(DEFAULT_BLUR_PX, noise)
    return Sharpness(min(scale * sigma * (1.0 + NARROW_FEATURES * sigma), MAX_BLUR_PX), noise)


def measure_streaks(pixels: Pixels, along: Array, expected_px: float) -> float:
    """Measure the motion blur of (h, w, 3) RGB pixels.

    Args:
        pixels: The pixels.
        along: (2,) unit vector, the direction of the motion in the image.
        expected_px: Length of streaks to be expected, px; it decides how closely the picture is looked at.

    Returns:
        The length of streaks along the motion, px.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    scale = 1
    while expected_px > STREAK_PX * scale and min(grey.shape) >= 2 * MIN_SIDE_PX:
        grey, scale = _halved(grey), 2 * scale
    noise, edges = _noise(grey), _Derivatives.of(grey)
    across = np.array([-along[1], along[0]])
    widths = [_width(edges.slope_along(unit), edges.bend_along(unit), noise**2) for unit in (along, across)]
    if widths[0] is None or widths[1] is None:
        return 0.0
    # A streak of length L has the variance L² / 12.
    return scale * float(np.sqrt(12.0 * max(widths[0] - widths[1], 0.0)))


def _halved(grey: Grey) -> Grey:
    half = grey.shape[1] // 2, grey.shape[0] // 2
    return np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)


def _isotropic(grey: Grey, noise: float) -> float | None:
    """Return the Gaussian sigma that ideal edges lack in all directions, px; None without edges."""
    edges = _Derivatives.of(grey)
    width = _width(edges.slope(), edges.bend(), 2.0 * noise**2)
    if width is None or (edges.slope() < MIN_SLOPE and float(grey.std()) < MIN_CONTRAST):
        return None
    return float(np.sqrt(max(width - OWN_BLUR_PX**2, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class _Derivatives:
    """Means of products of first and of second derivatives of a picture after a known blur."""

    xx: float
    xy: float
    yy: float
    second: Array

    @classmethod
    def of(cls, grey: Grey) -> "_Derivatives":
        smooth = gaussian(grey.astype(np.float32), PRE_BLUR_PX)
        x, y = (cv2.filter2D(smooth, -1, kernel) for kernel in (_SLOPE, _SLOPE.T))
        bends = [cv2.filter2D(smooth, -1, kernel) for kernel in (_BEND, _BEND.T)]
        bends.append(cv2.filter2D(x, -1, _SLOPE.T))
        flat = np.stack([np.asarray(bend, np.float32).ravel() for bend in bends])
        second = np.asarray(np.einsum("an,bn->ab", flat, flat), np.float64) / flat.shape[1]
        return cls(_mean_product(x, x), _mean_product(x, y), _mean_product(y, y), second)

    def slope(self) -> float:
        """Return the mean square of the gradient."""
        return self.xx + self.yy

    def bend(self) -> float:
        """Return the mean of the squares of both pure second derivatives."""
        return float(self.second[0, 0] + self.second[1, 1])

    def slope_along(self, unit: Array) -> float:
        """Return the mean square of the derivative in a direction."""
        x, y = unit.tolist()
        return float(x * x * self.xx + 2.0 * x * y * self.xy + y * y * self.yy)

    def bend_along(self, unit: Array) -> float:
        """Return the mean square of the second derivative in a direction."""
        x, y = unit.tolist()
        weights = np.array([x * x, y * y, 2.0 * x * y])
        return float(weights @ (self.second @ weights))


def _mean_product(one: cv2.typing.MatLike, other: cv2.typing.MatLike) -> float:
    return float(np.mean(np.asarray(one) * np.asarray(other)))


def _width(slope: float, bend: float, noise_squares: float) -> float | None:
    """Return the variance of edges, px²; None without edges.

    For an edge of width sigma, E[second derivative²] / E[first derivative²] = 1 / (2 sigma²). Both are computed after
    a known blur, and the contribution of noise is subtracted.
    """
    first, second = slope - NOISE_SLOPE * noise_squares, bend - NOISE_BEND * noise_squares
    if first <= 1e-3:
        return None
    width = first / (2.0 * max(second, 1e-6))
    return max((width - PRE_BLUR_PX**2 - DISCRETE_BIAS) / DISCRETE_GAIN, 0.0)


def _noise(grey: Grey) -> float:
    """Estimate the noise by Immerkær's method on the calmest blocks, where texture is not mistaken for noise."""
    second = cv2.filter2D(
        grey.astype(np.float32), -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    )
    rows, columns = (size // 8 for size in second.shape)
    if rows == 0 or columns == 0:
        return 0.0
    blocks = np.abs(second[: rows * 8, : columns * 8]).reshape(rows, 8, columns, 8).mean(axis=(1, 3))
    return min(float(quantile(blocks.ravel(), 0.2)) * float(np.sqrt(np.pi / 2.0)) / 6.0, MAX_NOISE)
