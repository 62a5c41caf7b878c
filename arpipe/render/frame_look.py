"""Sharpness and noise of a frame, and overlays that match them."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.blur import gaussian
from arpipe.render.grain import Grain
from arpipe.render.view import Region
from arpipe.types import Frame, Pixels

MEASURE_EVERY = 12  # frames; sharpness and noise change with focus and light, not from frame to frame
MEASURE_SIDE_PX = 160  # enough for edges and flat blocks, in 0.3 ms
PULL = 0.35  # weight of a new measurement in the running mean

OWN_BLUR_PX = 0.45  # Gaussian sigma that a box-filtered, supersampled edge has anyway
STEPS_BLUR_PX = {1: 0.62, 2: 0.42, 3: 0.36}  # lower limit by `scale`, even for the sharpest frame
MAX_BLUR_PX = 1.4  # softer frames are out of focus on purpose; the overlay must stay legible
PRE_BLUR_PX = 0.8  # reduces noise before derivatives are computed
_SLOPE: npt.NDArray[np.float32] = np.array([[-0.5, 0.0, 0.5]], np.float32)
_BEND: npt.NDArray[np.float32] = np.array([[1.0, -2.0, 1.0]], np.float32)
NOISE_SLOPE, NOISE_BEND = 0.0495, 0.131  # contribution of unit white noise to the squares after that blur
# Finite differences overestimate the width of edges; measured on synthetic discs.
DISCRETE_BIAS, DISCRETE_GAIN = 0.25, 1.25
MIN_SLOPE = 4.0  # levels² per px²; flatter pictures give no information
DEFAULT_BLUR_PX = 0.6  # of a webcam
MIN_NOISE = 1.2  # not visible below
MAX_NOISE = 8.0
GRAIN_SHARE = 0.6  # of the measured noise: some of it is skin

# Blur and grain reach full strength at a third of full coverage, so that they include the edges.
_WEIGHTS: npt.NDArray[np.uint8] = np.minimum((255 - np.arange(256)) * 3, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class FrameLook:
    """What an overlay must match.

    Attributes:
        blur_px: Gaussian sigma by which an overlay must be softened, px.
        noise: Standard deviation of the luminance noise, levels of 255.
    """

    blur_px: float
    noise: float


class FrameLookEstimator:
    """Measures the look of a stream every few frames and applies it to overlays."""

    def __init__(self) -> None:
        self._look: FrameLook | None = None
        self._age = 0
        self._grain = Grain()

    def forget(self) -> None:
        """Measure anew at the next frame, which begins another stream or is another photo."""
        self._look, self._grain = None, Grain()

    def estimate(self, frame: Frame, region: Region) -> FrameLook:
        """Return the look of a frame, smoothed over time and measured in the middle of a region."""
        self._age += 1
        if self._look is None or self._age >= MEASURE_EVERY:
            self._age = 0
            self._look = _smoothed(self._look, measure(_middle(frame, region)))
        return self._look

    def match(self, drawn: Pixels, frame: Frame, region: Region, scale: int) -> Pixels:
        """Soften and grain what was drawn over a region of a frame; see `match_look`."""
        return match_look(drawn, self.estimate(frame, region), scale, self._grain)


def measure(pixels: Pixels) -> FrameLook:
    """Measure the look of (h, w, 3) RGB pixels, at least a few pixels wide."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    noise = _noise(grey)
    return FrameLook(_missing_blur_px(grey, noise), noise)


def match_look(drawn: Pixels, look: FrameLook, scale: int, grain: Grain) -> Pixels:
    """Soften and grain what was drawn as much as the frame is; the picture beside it stays as it is.

    Args:
        drawn: (h, w, 4) RGB of the finished region; its alpha is 255 where nothing opaque was drawn.
        look: Look of the frame.
        scale: Samples per pixel along each axis. Few samples leave stairs on edges, which a little blur hides.
        grain: Source of the noise.

    Returns:
        (h, w, 3) RGB.
    """
    soft = gaussian(drawn, max(look.blur_px, STEPS_BLUR_PX[min(scale, 3)]))
    covered = np.asarray(cv2.LUT(cv2.extractChannel(soft, 3), _WEIGHTS), np.uint8)
    result: Pixels = np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), np.uint8)
    cv2.copyTo(cv2.cvtColor(soft, cv2.COLOR_RGBA2RGB), covered, result)
    if look.noise >= MIN_NOISE:
        grain.add(result, covered, GRAIN_SHARE * look.noise)
    return result


def _middle(frame: Frame, region: Region) -> Pixels:
    x = region.x + max(0, (region.width - MEASURE_SIDE_PX) // 2)
    y = region.y + max(0, (region.height - MEASURE_SIDE_PX) // 2)
    return frame.pixels[
        y : min(region.y + region.height, y + MEASURE_SIDE_PX),
        x : min(region.x + region.width, x + MEASURE_SIDE_PX),
    ]


def _missing_blur_px(grey: npt.NDArray[np.uint8], noise: float) -> float:
    """Estimate the blur that makes an ideal edge as soft as the edges in the picture.

    For an edge of width sigma, E[second derivative²] / E[first derivative²] = 1 / (2 sigma²). Both are computed after
    a known blur, and the contribution of noise is subtracted.
    """
    smooth = gaussian(grey.astype(np.float32), PRE_BLUR_PX)
    first = second = 0.0
    for kernel in (_SLOPE, _SLOPE.T):
        first += float(np.mean(np.square(cv2.filter2D(smooth, -1, kernel))))
    for kernel in (_BEND, _BEND.T):
        second += float(np.mean(np.square(cv2.filter2D(smooth, -1, kernel))))
    first -= 2.0 * NOISE_SLOPE * noise**2
    second -= 2.0 * NOISE_BEND * noise**2
    if first < MIN_SLOPE:
        return DEFAULT_BLUR_PX
    width = (first / (2.0 * max(second, 1e-6)) - PRE_BLUR_PX**2 - DISCRETE_BIAS) / DISCRETE_GAIN
    return float(np.clip(np.sqrt(max(width - OWN_BLUR_PX**2, 0.0)), 0.0, MAX_BLUR_PX))


def _noise(grey: npt.NDArray[np.uint8]) -> float:
    """Estimate the noise by Immerkær's method on the calmest blocks, where texture is not mistaken for noise."""
    second = cv2.filter2D(
        grey.astype(np.float32), -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    )
    rows, columns = (size // 8 for size in second.shape)
    if rows == 0 or columns == 0:
        return 0.0
    blocks = np.abs(second[: rows * 8, : columns * 8]).reshape(rows, 8, columns, 8).mean(axis=(1, 3))
    return min(float(np.percentile(blocks, 20.0)) * float(np.sqrt(np.pi / 2.0)) / 6.0, MAX_NOISE)


def _smoothed(before: FrameLook | None, now: FrameLook) -> FrameLook:
    if before is None:
        return now
    return FrameLook(
        before.blur_px + PULL * (now.blur_px - before.blur_px),
        before.noise + PULL * (now.noise - before.noise),
    )
