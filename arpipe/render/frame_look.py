"""How sharp and how noisy a frame is, and making an overlay look the same."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.view import Region
from arpipe.types import Frame, Pixels

MEASURE_EVERY = 12  # frames; sharpness and noise change with focus and light, not from frame to frame
MEASURE_SIDE_PX = 160  # enough edges and flat blocks, 0.3 ms
PULL = 0.35  # share of a new measurement in the running value

OWN_BLUR_PX = 0.45  # a box-filtered, supersampled edge already is this soft (Gaussian sigma)
MAX_BLUR_PX = 1.4  # softer frames are out of focus by intent; the overlay must stay legible
LEAST_CONTRAST = 40.0  # levels between the sides of what counts as an edge
LEAST_BLUR_PX, LEAST_NOISE = 0.2, 1.2  # below, nobody sees a difference
MAX_NOISE = 8.0

NOISE_TILE = 256
COVERAGE_GAIN = 3.0  # softening reaches its full strength at a third of full coverage, so edges take part


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
    """Measures now and then, and remembers."""

    def __init__(self) -> None:
        self._look: FrameLook | None = None
        self._age = 0

    def estimate(self, frame: Frame, region: Region) -> FrameLook:
        """Look of a frame, from the middle of a region."""
        self._age += 1
        if self._look is None or self._age >= MEASURE_EVERY:
            self._age = 0
            self._look = _pulled(self._look, measure(_middle(frame, region)))
        return self._look


def measure(pixels: Pixels) -> FrameLook:
    """Look of (h, w, 3) RGB pixels, at least a few px wide."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return FrameLook(_missing_blur_px(grey), _noise(grey))


def matched(drawn: Pixels, look: FrameLook) -> Pixels:
    """Soften and grain what is drawn, as much as the frame is; the picture beside it stays as it is.

    Args:
        drawn: (h, w, 4) RGB of the finished region; its alpha is 255 where nothing opaque was drawn.
        look: The frame's.
    """
    if look.blur_px < LEAST_BLUR_PX and look.noise < LEAST_NOISE:
        return drawn
    soft = cv2.GaussianBlur(drawn, (0, 0), max(look.blur_px, LEAST_BLUR_PX))
    weight = np.minimum((255.0 - soft[..., 3].astype(np.float32)) * (COVERAGE_GAIN / 255.0), 1.0)
    blended: Pixels = np.asarray(cv2.blendLinear(drawn, soft, 1.0 - weight, weight))
    if look.noise >= LEAST_NOISE:
        grain = _grain(weight.shape) * (weight * np.float32(look.noise))
        covered = weight > 0
        rgb = blended[..., :3]
        rgb[covered] = np.clip(rgb[covered] + np.rint(grain[covered])[:, None], 0, 255).astype(np.uint8)
    return blended


def _middle(frame: Frame, region: Region) -> Pixels:
    x = region.x + max(0, (region.width - MEASURE_SIDE_PX) // 2)
    y = region.y + max(0, (region.height - MEASURE_SIDE_PX) // 2)
    return frame.pixels[
        y : min(region.y + region.height, y + MEASURE_SIDE_PX),
        x : min(region.x + region.width, x + MEASURE_SIDE_PX),
    ]


def _missing_blur_px(grey: npt.NDArray[np.uint8]) -> float:
    """Blur to add so that an ideal edge gets as soft as the sharpest strong edges here."""
    kernel = np.ones((7, 7), np.uint8)
    contrast = cv2.subtract(cv2.dilate(grey, kernel), cv2.erode(grey, kernel)).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (3, 3), 0.6)
    slope = np.hypot(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1)
    )
    strong = contrast > LEAST_CONTRAST
    if np.count_nonzero(strong) < 50:
        return 0.6  # nothing to measure at: the usual webcam
    # A Gaussian edge of contrast c and width sigma has the slope c / (sigma sqrt(2 pi)); Sobel's is over 2 px.
    widths = contrast[strong] / (slope[strong] / 2.0 + 1e-3) / np.sqrt(2.0 * np.pi)
    sharpest = float(np.percentile(widths, 5.0))
    added = max(0.0, sharpest**2 - OWN_BLUR_PX**2 - 0.6**2)
    return min(float(np.sqrt(added)), MAX_BLUR_PX)


def _noise(grey: npt.NDArray[np.uint8]) -> float:
    """Immerkær's estimate over the calmest third of the blocks, where texture does not pose as noise."""
    second = cv2.filter2D(
        grey.astype(np.float32), -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    )
    rows, columns = (size // 8 for size in second.shape)
    if rows == 0 or columns == 0:
        return 0.0
    blocks = np.abs(second[: rows * 8, : columns * 8]).reshape(rows, 8, columns, 8).mean(axis=(1, 3))
    return min(float(np.percentile(blocks, 20.0)) * float(np.sqrt(np.pi / 2.0)) / 6.0, MAX_NOISE)


def _pulled(before: FrameLook | None, now: FrameLook) -> FrameLook:
    if before is None:
        return now
    return FrameLook(
        before.blur_px + PULL * (now.blur_px - before.blur_px),
        before.noise + PULL * (now.noise - before.noise),
    )


_TILE = cv2.GaussianBlur(  # slightly correlated, as demosaicing and compression leave it
    np.random.default_rng(7).normal(0.0, 1.6, (NOISE_TILE, NOISE_TILE)).astype(np.float32), (3, 3), 0.6
)
_OFFSETS = np.random.default_rng(11)


def _grain(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """(h, w) noise of about unit deviation, different at each call."""
    height, width = shape
    y, x = _OFFSETS.integers(0, NOISE_TILE, 2)
    tile = np.roll(_TILE, (int(y), int(x)), axis=(0, 1))
    grain: npt.NDArray[np.float32] = np.tile(tile, (-(-height // NOISE_TILE), -(-width // NOISE_TILE)))
    return grain[:height, :width]
