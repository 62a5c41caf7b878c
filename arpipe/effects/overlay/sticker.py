"""Pictures on tracked objects, sized and placed by their boxes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import cv2
import numpy as np
from PIL import ImageOps
from pydantic import AfterValidator, Field

from arpipe.effects.params import EffectParams, PackFile
from arpipe.errors import AssetError, MediaError
from arpipe.geometry.transforms import Array
from arpipe.io.image.opening import open_picture
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import FoundObject, Pixels, Points

MODES = ("RGBA", "RGB", "LA", "L", "PA", "P")  # Pillow's modes of 8 bits
MAX_SIDE = 1024  # px; larger pictures are reduced when they are loaded
MIN_SIDE = 8  # px, of the smallest reduced copy


def _picture_file(value: Path) -> Path:
    """Check a picture from its header only."""
    try:
        with open_picture(value) as picture:
            mode = picture.mode
    except MediaError as error:
        raise ValueError(str(error)) from error
    if mode not in MODES:
        raise ValueError(f"{value} has mode {mode}; save it as a PNG with 8 bits per channel")
    return value


class StickerParams(EffectParams):
    """Parameters of `sticker`.

    Attributes:
        image: The picture; it is transparent where its alpha is 0.
        label: Class of the objects that get it: a label, or one of the names in it; all objects if empty.
        min_score: Least score of an object that gets it.
        scale: Size relative to the box: at 1, the picture just fits into it.
        x: Centre of the picture across the box, from 0 at the left edge to 1 at the right one.
        y: Centre of the picture down the box, from 0 at the top to 1 at the bottom.
        opacity: Opacity of the picture.
    """

    image: Annotated[PackFile, AfterValidator(_picture_file)]
    label: str = ""
    min_score: float = Field(default=0.0, ge=0, le=1)
    scale: float = Field(default=0.6, gt=0, le=4)
    x: float = Field(default=0.5, ge=-2, le=3)
    y: float = Field(default=0.5, ge=-2, le=3)
    opacity: float = Field(default=1.0, ge=0, le=1)


class Sticker(Layer):
    """Places a picture on every object of a class.

    Args:
        params: The picture, the objects and the place.

    Raises:
        AssetError: The picture cannot be decoded.
    """

    Params: ClassVar[type[EffectParams]] = StickerParams
    needs = frozenset({Need.OBJECTS})
    order = Order.OBJECT + 1

    def __init__(self, params: StickerParams) -> None:
        self.params = params
        self._levels = _load_levels(params.image)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw the picture on the objects, the best-scored one last."""
        chosen = [each.found for each in scene.result.objects if self._is_chosen(each.found)]
        for found in sorted(chosen, key=lambda each: each.score):
            draw_picture(pixels, self._levels, self._place(found.box_px), self.params.opacity)

    def _is_chosen(self, found: FoundObject) -> bool:
        names = [name.strip().casefold() for name in (found.label, *found.label.split(","))]
        wanted = self.params.label.strip().casefold()
        return found.score >= self.params.min_score and (not wanted or wanted in names)

    def _place(self, box_px: Array) -> Array:
        """Return (4,) x0, y0, x1, y1 of the picture, image px, in the aspect ratio of its file."""
        height, width = self._levels[0].shape[:2]
        extent = box_px[2:] - box_px[:2]
        half = 0.5 * self.params.scale * (extent / [width, height]).min() * np.array([width, height])
        center = box_px[:2] + extent * [self.params.x, self.params.y]
        return np.concatenate([center - half, center + half])


def draw_picture(pixels: Pixels, levels: Sequence[Points], place_px: Array, opacity: float) -> None:
    """Draw a picture into a rectangle, in place, at fractions of pixels; parts beyond the frame are left out.

    Args:
        pixels: (h, w, 3) RGB, changed in place.
        levels: The picture, (h, w, 4) RGB times alpha and alpha, in [0, 1], and copies of half the size each.
        place_px: (4,) x0, y0, x1, y1, edges of the rectangle, image px.
        opacity: In [0, 1].
    """
    height, width = pixels.shape[:2]
    left, top = np.floor(place_px[:2]).clip(0, [width, height]).astype(int).tolist()
    right, bottom = np.ceil(place_px[2:]).clip(0, [width, height]).astype(int).tolist()
    if right <= left or bottom <= top:
        return
    extent = place_px[2:] - place_px[:2]
    # The smallest copy that is not enlarged: a linear interpolation of a larger one would skip pixels.
    level = next((each for each in reversed(levels) if each.shape[1] >= extent[0]), levels[0])
    scale = extent / [level.shape[1], level.shape[0]]
    shift = 0.5 * scale - 0.5 + place_px[:2] - [left, top]  # between centres of pixels
    place_from_level = np.array([[scale[0], 0.0, shift[0]], [0.0, scale[1], shift[1]]])
    cover = np.float32(opacity) * cv2.warpAffine(level, place_from_level, (right - left, bottom - top))
    behind = pixels[top:bottom, left:right]
    mixed = 255.0 * cover[..., :3] + (1.0 - cover[..., 3:]) * behind
    np.copyto(behind, np.rint(mixed), casting="unsafe")


def _load_levels(path: Path) -> list[Points]:
    """Load a picture and its reduced copies, largest first: (h, w, 4) RGB times alpha, and alpha, in [0, 1]."""
    try:
        with open_picture(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
    except MediaError as error:
        raise AssetError(f"{error}; save it again as PNG") from error
    level: Points = np.asarray(upright, np.float32) / np.float32(255.0)
    level[..., :3] *= level[..., 3:]
    levels = [level]
    while min(level.shape[:2]) >= 2 * MIN_SIDE:
        half = (level.shape[1] // 2, level.shape[0] // 2)
        level = np.asarray(cv2.resize(level, half, interpolation=cv2.INTER_AREA), np.float32)
        levels.append(level)
    return levels
