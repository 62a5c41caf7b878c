"""Gives what was drawn the softness and the grain of the frame."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.render.blur import gaussian
from arpipe.render.frame_look import FrameLook
from arpipe.render.grain import Grain
from arpipe.types import Pixels

STEPS_BLUR_PX = {1: 0.62, 2: 0.42, 3: 0.36}  # lower limit by `scale`, even for the sharpest frame
WIDE_BLUR_PX = 2.4  # wider blurs are computed on a smaller picture
STREAK_STEP_PX = 2.0  # distance of the copies that a streak is made of
MIN_NOISE = 1.2  # not visible below
GRAIN_SHARE = 0.6  # of the measured noise: some of it is skin

# Blur and grain reach full strength at a third of full coverage, so that they include the edges.
_WEIGHTS: npt.NDArray[np.uint8] = np.minimum((255 - np.arange(256)) * 3, 255).astype(np.uint8)


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
    soft = blurred(drawn, max(look.blur_px, STEPS_BLUR_PX[min(scale, 3)]))
    if look.streak_px != (0.0, 0.0):
        soft = streaked(soft, look.streak_px)
    covered = np.asarray(cv2.LUT(cv2.extractChannel(soft, 3), _WEIGHTS), np.uint8)
    result: Pixels = np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), np.uint8)
    cv2.copyTo(cv2.cvtColor(soft, cv2.COLOR_RGBA2RGB), covered, result)
    if look.noise >= MIN_NOISE:
        grain.add(result, covered, GRAIN_SHARE * look.noise)
    return result


def blurred(pixels: Pixels, sigma_px: float) -> Pixels:
    """Blur (h, w, c) pixels by a Gaussian; wide ones on a smaller picture, which looks the same."""
    factor = int(sigma_px / (0.5 * WIDE_BLUR_PX))
    height, width = pixels.shape[:2]
    if sigma_px <= WIDE_BLUR_PX or min(height, width) < 4 * factor:
        return gaussian(pixels, sigma_px)
    small = cv2.resize(pixels, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    # Averaging over squares and interpolating between their centres blur, too: by the variance of a box and of a tent.
    rest = math.sqrt(max(sigma_px**2 / factor**2 - 1.0 / 12.0 - 1.0 / 6.0, 0.1))
    soft = gaussian(np.asarray(small, np.uint8), rest)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def streaked(pixels: Pixels, streak_px: tuple[float, float]) -> Pixels:
    """Return the mean of copies of (h, w, c) pixels that are shifted along a line, whose middle is in place."""
    count = 1 + math.ceil(math.hypot(*streak_px) / STREAK_STEP_PX)
    places = np.linspace(-0.5, 0.5, count)[:, None] * streak_px
    shifts = np.rint(places).astype(int)
    reach_x, reach_y = np.abs(shifts).max(axis=0).tolist()
    padded = cv2.copyMakeBorder(pixels, reach_y, reach_y, reach_x, reach_x, cv2.BORDER_REPLICATE)
    height, width = pixels.shape[:2]
    total = np.zeros(pixels.shape, np.float32)
    for x, y in shifts.tolist():
        cv2.accumulate(padded[reach_y - y : reach_y - y + height, reach_x - x : reach_x - x + width], total)
    return np.asarray(cv2.convertScaleAbs(total, alpha=1.0 / count), np.uint8)
