"""The background blurred, replaced or left out, behind everybody in the picture."""

from typing import ClassVar, Self

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from arpipe.effects.background.linear_light import bytes_of, shrunk_light
from arpipe.effects.background.matte import Edge, Sides, coarse_step, cut_edge, lay_on, put, take_apart
from arpipe.effects.background.plates import (
    DISC,
    GAUSSIAN,
    REFERENCE_ROWS,
    BlurPlate,
    ColorPlate,
    MoviePlate,
    Plate,
    gaussian,
    moving_or_still,
)
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.errors import ConfigError
from arpipe.io.sources import media_kind
from arpipe.needs import Need
from arpipe.preprocess.gather import bilinear_at
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels, Points

USUAL_BLUR = 18.0
USUAL_WRAP = 0.1  # of pictures and videos, whose light the subject should seem to stand in
WRAP_PX = 10.0  # how far the background's light reaches around the subject, px of a picture with 720 rows
FAINT = 0.002  # subtracted from the glow, so that it ends
KINDS = ("image", "video", "color", "transparent")


class BackgroundParams(EffectParams):
    """Parameters of `background`: at most one of image, video, color, transparent; without them it is blurred.

    Sizes are px of a picture with 720 rows (its shorter side) and grow with the picture.

    Attributes:
        blur: Deviation of the blur; of the background itself, or of the picture or video in its place.
        bokeh: Blur like a lens: points become discs.
        image: A picture, which may be animated.
        video: A video; it plays at its own pace, again and again.
        color: One colour.
        transparent: Leave the background out; for files that can be transparent.
        feather: The edge's softness, inwards only.
        wrap: Light of the new background on the subject's edge, 0 to 1; by default only of pictures and videos.
    """

    blur: float | None = Field(default=None, ge=0, le=200)
    bokeh: bool = False
    image: PackFile | None = None
    video: PackFile | None = None
    color: Color | None = None
    transparent: bool = False
    feather: float = Field(default=0.0, ge=0, le=60)
    wrap: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _one_background(self) -> Self:
        chosen = [kind for kind in KINDS if getattr(self, kind) not in (None, False)]
        if len(chosen) > 1:
            raise ValueError(f"{' and '.join(chosen)} exclude each other; give one of them")
        if self.blur and chosen and chosen[0] in ("color", "transparent"):
            raise ValueError(f"there is nothing to blur with {chosen[0]}; take away blur")
        return self


class Background(Layer):
    """Puts something else behind the people.

    Works on the CPU: blur and foreground colours at about a quarter of the resolution, the rest only on edges.

    Args:
        params: What to put there.

    Raises:
        MediaError: The picture or video cannot be read.
        ConfigError: It is not what it was called.
    """

    Params: ClassVar[type[EffectParams]] = BackgroundParams
    needs = frozenset({Need.MASK})
    order = Order.BACKGROUND

    def __init__(self, params: BackgroundParams) -> None:
        self.params = params
        self._plate = _plate(params)
        replaced = params.image is not None or params.video is not None
        self._wrap = params.wrap if params.wrap is not None else USUAL_WRAP if replaced else 0.0
        self._cut: Pixels | None = None
        self._opacity: npt.NDArray[np.uint8] | None = None

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Change everything but the people.

        Raises:
            ValueError: There is no mask: perception was not told that it is needed.
        """
        frame = scene.result.frame
        alpha = feathered(mask_of(scene), self.params.feather)
        step = coarse_step(frame.width, frame.height)
        sides = take_apart(frame.pixels, alpha, step)
        if self._plate is None:
            edge = cut_edge(frame.pixels, alpha, sides, None)
            put(pixels, edge.places, bytes_of(edge.subject))
            nothing = np.zeros_like(pixels)
            cv2.copyTo(nothing, (alpha == 0.0).view(np.uint8), pixels)  # what was there is nobody's business
            self._cut = pixels.copy()
            self._opacity = np.asarray(cv2.convertScaleAbs(alpha, alpha=255.0), np.uint8)
            return
        behind = self._plate.behind(frame, alpha, sides, step)
        if self._wrap:
            edge, glow = _lit(frame.pixels, alpha, sides, behind, self._wrap)
            lay_on(pixels, alpha, edge, behind, glow)
        else:
            lay_on(pixels, alpha, cut_edge(frame.pixels, alpha, sides, None), behind, None)

    def coverage(self, pixels: Pixels) -> npt.NDArray[np.uint8] | None:
        """(h, w) alpha of the picture drawn last: the people, and what was drawn since; None if it is opaque.

        Args:
            pixels: (h, w, 3) the picture with all layers on it.
        """
        if self._cut is None or self._opacity is None:
            return None
        red, green, blue = cv2.split(cv2.absdiff(pixels, self._cut))
        drawn = cv2.threshold(cv2.max(cv2.max(red, green), blue), 0, 255, cv2.THRESH_BINARY)[1]
        return np.asarray(cv2.max(drawn, self._opacity), np.uint8)

    def close(self) -> None:
        """Close the video; may be called twice."""
        if self._plate is not None:
            self._plate.close()


def mask_of(scene: Scene) -> Points:
    """(h, w) float32 person mask at the frame's size; ValueError when perception made none."""
    frame, mask = scene.result.frame, scene.result.mask
    if mask is None:
        raise ValueError('there is no person mask of this frame; add "mask" to Perception.needs')
    if mask.shape == (frame.height, frame.width):
        return mask
    size = frame.width, frame.height
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)


def feathered(alpha: Points, feather: float) -> Points:
    """The mask (h, w) with its edge softened inwards by px of a picture with 720 rows: no pixel gains."""
    height, width = alpha.shape
    reach_px = feather * min(width, height) / REFERENCE_ROWS
    if reach_px < 0.5:
        return alpha
    step = max(1, int(reach_px / 4.0))
    size = max(1, round(width / step)), max(1, round(height / step))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), reach_px / step / 2.0, borderType=cv2.BORDER_REPLICATE)
    inward = np.clip(2.0 * cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) - 1.0, 0.0, 1.0)
    return np.asarray(np.minimum(alpha, inward), np.float32)


def _lit(pixels: Pixels, alpha: Points, sides: Sides, behind: Pixels, wrap: float) -> tuple[Edge, Points]:
    """The edge as far as the background's light reaches, and (n, 4) that light and its share."""
    height, width = alpha.shape
    rows, columns = sides.share.shape
    reach = WRAP_PX * min(width, height) / REFERENCE_ROWS * columns / width
    light = gaussian(shrunk_light(behind, columns, rows), 2.0 * reach)
    share = np.maximum(wrap * gaussian(1.0 - sides.share, reach) - FAINT, 0.0)
    touched = cv2.resize((share > 0.0).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    edge = cut_edge(pixels, alpha, sides, touched.astype(np.bool_))
    return edge, bilinear_at(np.dstack([light, share]), edge.places, width, height)


def _plate(params: BackgroundParams) -> Plate | None:
    """What stands behind; None when nothing does."""
    sigma = params.blur or 0.0
    if params.transparent:
        return None
    if params.color is not None:
        return ColorPlate(params.color)
    if params.image is not None:
        if media_kind(params.image) == "video":
            raise ConfigError(f"background: {params.image} is no picture; for a video write video=…")
        return moving_or_still(params.image, sigma)
    if params.video is not None:
        if media_kind(params.video) == "images":
            raise ConfigError(f"background: {params.video} is a still picture; write image=…")
        return MoviePlate(params.video, sigma)
    return BlurPlate(USUAL_BLUR if params.blur is None else params.blur, DISC if params.bokeh else GAUSSIAN)
