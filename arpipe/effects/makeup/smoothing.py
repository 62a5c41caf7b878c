"""Skin smoothing: a small map of factors that even out the skin of a face, for the pigment shader."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.person import Complexion
from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE, chromaticity, linear_from_srgb
from arpipe.render.view import Region
from arpipe.types import Frame

# Standard deviations of two blurs: wider than pores and moles; wider than blotches, finer than the shape of the face.
NEAR_MM, WIDE_MM = 3.2, 13.0
LOW_SIDE = 64  # texels across a face, less than 3 mm each
TEXEL_SAMPLES = 3  # pixels sampled along a texel; the blurs average over many texels
COARSER = 4  # reduction of the map for the wide blur
HUE_EVEN, OWN_HUE = (
    0.8,
    0.2,
)  # share of a blotch's hue that is removed; share of the face's mean hue in its replacement
LEVEL_EVEN, LIFT_OVER = 0.4, 1.02
MIN_RATIO, MAX_RATIO = 0.4, 2.5
LASTS_S = 0.05  # two or three frames
WARMER = 0.45  # shaded skin is redder than lit skin: weight of deviations towards red

Plane = npt.NDArray[np.floating]
"""(h, w) float32 values."""

_LINEAR = linear_from_srgb(np.arange(256, dtype=np.uint8)).astype(np.float32)
_LUMINANCE = LUMINANCE.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class SmoothingMap:
    """Factors that even out the skin in a box of the picture.

    Attributes:
        ratios: (LOW_SIDE, LOW_SIDE, 4) factors minus 1: RGB evens out the colour, A lifts shadows.
        low_px: (2,) first corner of the box, at the edges of pixels, image px.
        size_px: (2,) size of the box, px.
    """

    ratios: Floats
    low_px: Array
    size_px: Array

    def place_in(self, region: Region) -> list[float]:
        """Return factors and offsets (4,): texture coordinates are xy × [:2] + [2:], with xy of a region's pixels."""
        offset = (np.array([region.x, region.y]) - self.low_px) / self.size_px
        return [*(1.0 / self.size_px).tolist(), *offset.tolist()]


class SmoothingMaps:
    """The smoothing maps of the faces of a stream; each is used for two or three frames and moves with its face."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[float, Array, SmoothingMap]] = {}

    def reset(self) -> None:
        """Forget all maps."""
        self._made.clear()

    def update(self, frame: Frame, face: MakeupFace) -> SmoothingMap | None:
        """Return the map for a face; None if the face is outside the picture."""
        tracked, now_s = face.tracked, frame.captured_s
        square = _square_around(face)
        made_s, before, even = self._made.get(tracked.track_id, (-math.inf, square, None))
        if tracked.age_frames > 0 and even is not None and 0.0 <= now_s - made_s < LASTS_S:
            grown = square[2] / before[2]
            low_px = square[:2] + (even.low_px - before[:2]) * grown
            return SmoothingMap(even.ratios, low_px, even.size_px * grown)
        even = smoothing_map(frame, face, square)
        self._made = {key: made for key, made in self._made.items() if 0.0 <= now_s - made[0] < LASTS_S}
        if even is not None:
            self._made[tracked.track_id] = now_s, square, even
        return even


def _square_around(face: MakeupFace) -> Array:
    """Return (3,) first corner and side of a square around a face, image px."""
    box = face.tracked.landmarks.box_px.astype(np.float64)
    side = 1.1 * float(max(box[2] - box[0], box[3] - box[1]))
    x, y = 0.5 * (box[:2] + box[2:]) - 0.5 * side
    return np.array([x, y, side])


def smoothing_map(frame: Frame, face: MakeupFace, square: Array) -> SmoothingMap | None:
    """Compute the map for the visible part of a square (first corner, side); None if nothing of it is visible."""
    origin, side = square[:2], square[2]
    low = np.maximum(np.floor(origin).astype(int), 0)
    high = np.minimum(np.ceil(origin + side).astype(int), (frame.width, frame.height))
    if (high - low < 2).any():
        return None
    stride = max(1, int((high - low).max()) // (LOW_SIDE * TEXEL_SAMPLES))
    crop = frame.part((slice(low[1], high[1]), slice(low[0], high[0])))[::stride, ::stride]
    small = cv2.resize(np.ascontiguousarray(crop), (LOW_SIDE, LOW_SIDE), interpolation=cv2.INTER_LINEAR)
    skin = skin_sums(_LINEAR[small], face.complexion)
    size_px = np.array(crop.shape[1::-1]) * stride
    ratios = smoothing_ratios(skin, size_px / LOW_SIDE / face.px_per_mm, face.complexion.skin)
    return SmoothingMap(ratios, low.astype(float), size_px)


def skin_sums(colors: Floats, complexion: Complexion) -> Floats:
    """Return (h, w, 4): (h, w, 3) linear colours times the share of skin, and that share."""
    skin = complexion.skin.astype(np.float32)
    reach = complexion.skin_reach
    planes = _planes(colors)
    total = planes[0] + planes[1] + planes[2] + np.float32(0.03)
    red, green = (
        (planes[axis] + np.float32(0.01)) / total - share for axis, share in enumerate(chromaticity(skin))
    )
    away: Plane = np.hypot(red, green) * np.where(red > 0, np.float32(WARMER), np.float32(1.0))
    level: Plane = colors @ (_LUMINANCE / float(skin @ _LUMINANCE))
    share = _clipped(2.0 - away / reach) * _clipped((level - 0.25) / 0.2)
    return np.asarray(cv2.merge([*(plane * share for plane in planes), share]), np.float32)


def smoothing_ratios(skin: Floats, texel_mm: Array, mean: Array) -> Floats:
    """Compute (h, w, 4) factors minus 1; see `SmoothingMap`.

    Blotches are wider than pores and moles and narrower than the shape of the face: the difference of two blurs.

    Args:
        skin: Result of `skin_sums`.
        texel_mm: (2,) size of a texel on the face, mm.
        mean: (3,) mean linear colour of the skin.
    """
    near = cv2.GaussianBlur(skin, (0, 0), *np.maximum(NEAR_MM / texel_mm, 0.8).tolist())
    height, width = skin.shape[:2]
    coarse = cv2.resize(near, (width // COARSER, height // COARSER), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), *np.maximum(WIDE_MM / texel_mm / COARSER, 0.8).tolist())
    wide_planes = _means(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    near_planes, known = _means(near), _clipped((near[..., 3] - 0.02) / 0.28)
    near_level, wide_level = (_level(planes) for planes in (near_planes, wide_planes))
    over = wide_level / near_level
    own = OWN_HUE * mean / float(mean @ LUMINANCE)
    part = (1.0 - LEVEL_EVEN + LEVEL_EVEN * over) * HUE_EVEN
    rest = part * ((1.0 - HUE_EVEN) / HUE_EVEN)
    ratios = [
        part * ((1.0 - OWN_HUE) * wide / over + float(its_own) * near_level) / near + rest
        for near, wide, its_own in zip(near_planes, wide_planes, own, strict=True)
    ]
    ratios.append(np.maximum(LIFT_OVER * over, 1.0))
    less_one = [known * (_clipped(each, MIN_RATIO, MAX_RATIO) - 1.0) for each in ratios]
    return np.asarray(cv2.merge(less_one), np.float32)


def _level(planes: list[Plane]) -> Plane:
    red, green, blue = LUMINANCE.tolist()
    level: Plane = red * planes[0] + green * planes[1] + blue * planes[2]
    return level


def _clipped(values: Plane, least: float = 0.0, most: float = 1.0) -> Plane:
    """Clip; np.clip takes three times as long on arrays this small."""
    clipped: Plane = np.minimum(np.maximum(values, least), most)
    return clipped


def _means(sums: cv2.typing.MatLike) -> list[Plane]:
    """Return three (h, w) mean colours of (h, w, 4) sums and shares."""
    red, green, blue, share = _planes(sums)
    over = 1.0 / np.maximum(share, 0.02)
    return [plane * over + np.float32(1e-3) for plane in (red, green, blue)]


def _planes(pixels: cv2.typing.MatLike) -> list[Plane]:
    """Split channels, because NumPy is slow if the innermost axis is short."""
    return [np.asarray(plane, np.float32) for plane in cv2.split(pixels)]
