"""How a face's skin would be even: a small map of ratios for the shader of powders."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.person import Complexion, shares
from arpipe.effects.makeup.wearer import REACH_OVER_SPREAD, SKIN_REACH, Wearer
from arpipe.geometry.transforms import Array
from arpipe.render.lighting import LUMINANCE, linear_from_srgb
from arpipe.types import Frame

# Blurs: wider than pores and moles; wider than blotches, finer than the face's shape.
NEAR_MM, WIDE_MM = 3.2, 13.0
LOW_SIDE = 64  # texels across a face: less than 3 mm each
COARSER = 4  # the wide blur is done on so much smaller a map
HUE_EVEN, OWN_HUE = 0.8, 0.2  # of a blotch's hue goes; of what replaces it is the whole face's
LEVEL_EVEN, LIFT_OVER = 0.4, 1.02
LEAST_RATIO, MOST_RATIO = 0.4, 2.5
WARMER = 0.45  # as in makeup_common.glsl

_LINEAR = linear_from_srgb(np.arange(256, dtype=np.uint8)).astype(np.float32)
_LUMINANCE = LUMINANCE.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class EveningMap:
    """What makes the skin in a box of the picture even.

    Attributes:
        ratios: (LOW_SIDE, LOW_SIDE, 4) what to multiply skin with, less 1: RGB evens it out, A lifts its shadows.
        low_px: (2,) first corner of the box, edges of pixels, image px.
        size_px: (2,) of the box.
    """

    ratios: Floats
    low_px: Array
    size_px: Array


def evening_map(frame: Frame, wearer: Wearer) -> EveningMap | None:
    """The map of the part of a face that the picture shows; None if that is nothing."""
    box = wearer.face.landmarks.box_px
    side = float(max(box[2] - box[0], box[3] - box[1])) * 1.1
    origin = 0.5 * (box[:2] + box[2:]) - side / 2.0
    low = np.maximum(np.floor(origin).astype(int), 0)
    high = np.minimum(np.ceil(origin + side).astype(int), (frame.width, frame.height))
    if (high - low < 2).any():
        return None
    crop = frame.pixels[low[1] : high[1], low[0] : high[0]]
    small = cv2.resize(crop, (LOW_SIDE, LOW_SIDE), interpolation=cv2.INTER_AREA)
    skin = skin_sums(_LINEAR[small], wearer.complexion)
    texel_mm = (high - low) / LOW_SIDE / wearer.px_per_mm
    return EveningMap(evening_ratios(skin, texel_mm, wearer.complexion.skin), low.astype(float), high - low)


def skin_sums(colors: Floats, complexion: Complexion) -> Floats:
    """(h, w, 4): (h, w, 3) linear colours times the share of skin, and that share."""
    skin = complexion.skin.astype(np.float32)
    reach = np.float32(SKIN_REACH + REACH_OVER_SPREAD * float(complexion.spread))
    shift = shares(colors) - shares(skin)
    red, green = shift[..., 0], shift[..., 1]
    away = np.sqrt(red * red + green * green) * np.where(red > 0, np.float32(WARMER), np.float32(1.0))
    level = colors @ (_LUMINANCE / float(skin @ _LUMINANCE))
    sums = np.empty((*colors.shape[:2], 4), np.float32)
    sums[..., 3] = np.clip(2.0 - away / reach, 0.0, 1.0) * np.clip((level - 0.25) / 0.2, 0.0, 1.0)
    np.multiply(colors, sums[..., 3:], out=sums[..., :3])
    return sums


def evening_ratios(skin: Floats, texel_mm: Array, mean: Array) -> Floats:
    """(h, w, 4) ratios less 1; see `EveningMap`.

    Blotches are wider than pores and moles and narrower than the face's shape: what differs between two blurs.

    Args:
        skin: As `skin_sums` gives it.
        texel_mm: (2,) size of a texel on the face.
        mean: (3,) linear colour of all the skin.
    """
    near = cv2.GaussianBlur(skin, (0, 0), *np.maximum(NEAR_MM / texel_mm, 0.8).tolist())
    height, width = skin.shape[:2]
    coarse = cv2.resize(near, (width // COARSER, height // COARSER), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), *np.maximum(WIDE_MM / texel_mm / COARSER, 0.8).tolist())
    wide = cv2.resize(_means(coarse), (width, height), interpolation=cv2.INTER_CUBIC)
    known = np.clip((near[..., 3:] - 0.02) / 0.28, 0.0, 1.0)
    near = _means(near)
    near_level, wide_level = near @ _LUMINANCE, wide @ _LUMINANCE
    over = wide_level / near_level
    own = (OWN_HUE * mean / float(mean @ LUMINANCE)).astype(np.float32)
    # The ratio of two hues, (own + wide / its level) / (near / its level), times that of the levels.
    replaced = wide / over[..., None]
    replaced *= 1.0 - OWN_HUE
    replaced += own * near_level[..., None]
    replaced /= near
    replaced *= HUE_EVEN
    replaced += 1.0 - HUE_EVEN
    ratios = np.empty_like(skin)
    np.multiply(replaced, (1.0 - LEVEL_EVEN + LEVEL_EVEN * over)[..., None], out=ratios[..., :3])
    np.maximum(LIFT_OVER * over, 1.0, out=ratios[..., 3])
    np.clip(ratios, LEAST_RATIO, MOST_RATIO, out=ratios)
    ratios -= 1.0
    ratios *= known
    return ratios


def _means(sums: npt.NDArray[Any]) -> Floats:
    return np.asarray(sums[..., :3] / np.maximum(sums[..., 3:], 0.02) + 1e-3, np.float32)
