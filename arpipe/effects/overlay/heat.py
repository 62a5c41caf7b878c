"""Heat maps over pictures, with the bar that explains their colours."""

from functools import cache

import cv2
import numpy as np

from arpipe.draw.lettering import fill_box, write_text
from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.transforms import Array
from arpipe.types import HeatMap, Pixels, Points

_HALF_PIXEL = Affine2D(
    np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
)  # from the centres of pixels to their edges

WHITE, DARK = (245, 246, 248), (14, 16, 20)
FADE = 0.35  # share of the hottest place's heat at which the colours reach their full opacity
FRAME_OPACITY = 0.55
BAR_WIDTH, BAR_HEIGHT, BAR_MARGIN = 0.022, 0.34, 0.03  # over the picture's shorter side


def heat_over_picture(heat: HeatMap, width: int, height: int) -> Points:
    """Return a heat map as (height, width) float32 in [0, 1] over the picture; 0 where the network did not look."""
    enlarged = np.clip(cv2.resize(heat.values, heat.size, interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    centers = _HALF_PIXEL.inverse() @ heat.image_from_tensor @ _HALF_PIXEL
    return np.asarray(
        cv2.warpAffine(enlarged, centers.matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32
    )


def draw_heat(pixels: Pixels, heat: HeatMap, opacity: float) -> None:
    """Draw a heat map over a picture, in place: hot places in colour, cold ones as they are.

    A thin line shows the part of the picture that the network saw.
    """
    height, width = pixels.shape[:2]
    corners = _corners(heat)
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [width, height]).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [width, height]).tolist()
    if right <= left or bottom <= top:
        return
    seen = pixels[top:bottom, left:right]
    values = heat_over_picture(_moved(heat, -left, -top), right - left, bottom - top)
    colors = _colors()[np.rint(values * 255.0).astype(np.uint8)]
    cover = (np.clip(values / FADE, 0.0, 1.0) * np.float32(opacity))[..., np.newaxis]
    np.copyto(seen, np.rint(seen + cover * (colors - seen.astype(np.float32))), casting="unsafe")
    _draw_frame(pixels, corners)


def draw_bar(pixels: Pixels) -> None:
    """Draw the bar of colours at the right edge of a picture, in place, from 0 to 1 of the hottest place."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    text_px = max(round(0.028 * side), 9)
    bar_width, bar_height = max(round(BAR_WIDTH * side), 6), round(BAR_HEIGHT * side)
    right = width - max(round(BAR_MARGIN * side), 4) - 2 * text_px
    left, top = right - bar_width, (height - bar_height) // 2
    pad = round(0.7 * text_px)
    fill_box(pixels, (left - pad, top - pad, right + 2 * text_px, top + bar_height + pad), DARK, 0.62, pad)
    ramp = _colors()[np.linspace(255, 0, bar_height).astype(np.uint8)]
    pixels[top : top + bar_height, left:right] = ramp[:, np.newaxis]
    for share in (1.0, 0.5, 0.0):
        middle = top + round((1.0 - share) * (bar_height - 1))
        write_text(pixels, f"{share:g}", right + text_px // 3, middle - round(0.66 * text_px), text_px, WHITE)


def _corners(heat: HeatMap) -> Array:
    """Return (4, 2) the corners of the part that the network saw, image px."""
    right, bottom = heat.size
    return heat.image_from_tensor.apply([[0, 0], [right, 0], [right, bottom], [0, bottom]])


def _moved(heat: HeatMap, x: float, y: float) -> HeatMap:
    """Return a heat map over a picture whose origin is elsewhere."""
    shift = Affine2D(np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))
    return HeatMap(heat.values, heat.size, shift @ heat.image_from_tensor)


def _draw_frame(pixels: Pixels, corners: Array) -> None:
    height, width = pixels.shape[:2]
    if (corners.min(axis=0) <= 1).all() and (corners.max(axis=0) >= [width - 1, height - 1]).all():
        return
    lines = pixels.copy()
    thickness = max(1, round(min(height, width) / 400))
    cv2.polylines(lines, [np.rint(corners).astype(np.int32)], True, WHITE, thickness, cv2.LINE_AA)
    cv2.addWeighted(lines, FRAME_OPACITY, pixels, 1.0 - FRAME_OPACITY, 0.0, dst=pixels)


@cache
def _colors() -> Pixels:
    """Return (256, 3) RGB from cold to hot: inferno, whose brightness rises evenly."""
    ramp = np.arange(256, dtype=np.uint8).reshape(-1, 1)
    colors = np.array(cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[:, 0, ::-1], np.uint8)
    colors.setflags(write=False)
    return colors
