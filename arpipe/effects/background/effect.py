"""The background behind all people in the picture: blurred, replaced or transparent."""

from typing import ClassVar, Self

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from arpipe.effects.background.linear_light import shrink_light, to_bytes
from arpipe.effects.background.matte import (
    Edge,
    Sides,
    coarse_step,
    composite,
    extract_edge,
    separate,
    write_pixels,
)
from arpipe.effects.background.plates import (
    DISC,
    GAUSSIAN,
    REFERENCE_ROWS,
    BlurPlate,
    MoviePlate,
    Plate,
    color_plate,
    gaussian,
    picture_plate,
)
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.errors import ConfigError
from arpipe.io.sources import media_kind
from arpipe.needs import Need
from arpipe.preprocess.gather import bilinear_at
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels, Points

DEFAULT_BLUR = 18.0
DEFAULT_WRAP = 0.1  # of pictures and videos, so that the subject appears to be lit by them
WRAP_PX = 10.0  # reach of the background's light around the subject, px of a picture with 720 rows
FAINT = 0.002  # subtracted from the glow, so that its reach is finite
KINDS = ("image", "video", "color", "transparent")


class BackgroundParams(EffectParams):
    """Parameters of `background`: at most one of image, video, color and transparent; without any, it is blurred.

    Sizes are px of a picture whose shorter side has 720 px, and scale with the picture.

    Attributes:
        blur: Standard deviation of the blur of the background, or of the picture or video that replaces it.
        bokeh: Blur as a lens does: points become discs.
        image: A picture, which may be animated.
        video: A video, looped at its own frame rate.
        color: A single colour.
        transparent: Make the background transparent, for file formats that support it.
        feather: Width of the soft edge, inwards only.
        wrap: Light of the new background on the edge of the subject, 0 to 1; by default only for pictures and videos.
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
            raise ValueError(f"{' and '.join(chosen)} exclude each other; keep one of them")
        if self.blur and chosen and chosen[0] in ("color", "transparent"):
            raise ValueError(f"{chosen[0]} leaves nothing to blur; remove blur")
        return self


class Background(Layer):
    """Replaces or blurs everything but the people, on the CPU.

    Blur and foreground colours are computed at about a quarter of the resolution, the rest only at edges.

    Args:
        params: The new background.

    Raises:
        MediaError: The picture or video cannot be read.
        ConfigError: The picture is a video, or the other way round.
    """

    Params: ClassVar[type[EffectParams]] = BackgroundParams
    needs = frozenset({Need.MASK})
    order = Order.BACKGROUND

    def __init__(self, params: BackgroundParams) -> None:
        self.params = params
        self._plate = _plate(params)
        replaced = params.image is not None or params.video is not None
        self._wrap = params.wrap if params.wrap is not None else DEFAULT_WRAP if replaced else 0.0
        self._cut: Pixels | None = None
        self._opacity: npt.NDArray[np.uint8] | None = None

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Replace the background.

        Raises:
            ValueError: The result has no mask, because perception was not asked for it.
        """
        frame = scene.result.frame
        alpha = feather(require_mask(scene), self.params.feather)
        step = coarse_step(frame.width, frame.height)
        sides = separate(frame.pixels, alpha, step)
        if self._plate is None:
            edge = extract_edge(frame.pixels, alpha, sides, None)
            write_pixels(pixels, edge.places, to_bytes(edge.subject))
            nothing = np.zeros_like(pixels)
            cv2.copyTo(
                nothing, (alpha == 0.0).view(np.uint8), pixels
            )  # files must not contain the hidden background
            self._cut = pixels.copy()
            self._opacity = np.asarray(cv2.convertScaleAbs(alpha, alpha=255.0), np.uint8)
            return
        behind = self._plate.render(frame, alpha, sides, step)
        if self._wrap:
            edge, glow = _light_edge(frame.pixels, alpha, sides, behind, self._wrap)
            composite(pixels, alpha, edge, behind, glow)
        else:
            composite(pixels, alpha, extract_edge(frame.pixels, alpha, sides, None), behind, None)

    def coverage(self, pixels: Pixels) -> npt.NDArray[np.uint8] | None:
        """Return the (h, w) opacity: the people, and whatever was drawn later; see `Layer.coverage`."""
        if self._cut is None or self._opacity is None:
            return None
        red, green, blue = cv2.split(cv2.absdiff(pixels, self._cut))
        drawn = cv2.threshold(cv2.max(cv2.max(red, green), blue), 0, 255, cv2.THRESH_BINARY)[1]
        return np.asarray(cv2.max(drawn, self._opacity), np.uint8)

    def reset(self) -> None:
        """Play a video from its beginning."""
        if self._plate is not None:
            self._plate.reset()

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._plate is not None:
            self._plate.close()


def require_mask(scene: Scene) -> Points:
    """Return the (h, w) float32 person mask at the size of the frame; ValueError if there is none."""
    frame, mask = scene.result.frame, scene.result.mask
    if mask is None:
        raise ValueError('there is no person mask for this frame; add "mask" to Perception.needs')
    if mask.shape == (frame.height, frame.width):
        return mask
    size = frame.width, frame.height
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)


def feather(alpha: Points, width: float) -> Points:
    """Soften the edge of a mask (h, w) inwards; no pixel gets a higher value.

    Args:
        alpha: The mask.
        width: Width of the edge, px of a picture with 720 rows.
    """
    rows, columns = alpha.shape
    reach_px = width * min(columns, rows) / REFERENCE_ROWS
    if reach_px < 0.5:
        return alpha
    step = max(1, int(reach_px / 4.0))
    size = max(1, round(columns / step)), max(1, round(rows / step))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), reach_px / step / 2.0, borderType=cv2.BORDER_REPLICATE)
    inward = np.clip(2.0 * cv2.resize(soft, (columns, rows), interpolation=cv2.INTER_LINEAR) - 1.0, 0.0, 1.0)
    return np.asarray(np.minimum(alpha, inward), np.float32)


def _light_edge(
    pixels: Pixels, alpha: Points, sides: Sides, behind: Pixels, wrap: float
) -> tuple[Edge, Points]:
    """Return the edge as far as the background's light reaches, and (n, 4) that light and its share."""
    height, width = alpha.shape
    rows, columns = sides.share.shape
    reach = WRAP_PX * min(width, height) / REFERENCE_ROWS * columns / width
    light = gaussian(shrink_light(behind, columns, rows), 2.0 * reach)
    share = np.maximum(wrap * gaussian(1.0 - sides.share, reach) - FAINT, 0.0)
    touched = cv2.resize((share > 0.0).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    edge = extract_edge(pixels, alpha, sides, touched.astype(np.bool_))
    return edge, bilinear_at(np.dstack([light, share]), edge.places, width, height)


def _plate(params: BackgroundParams) -> Plate | None:
    """Open the new background; None if it is transparent."""
    sigma = params.blur or 0.0
    if params.transparent:
        return None
    if params.color is not None:
        return color_plate(params.color)
    if params.image is not None:
        if media_kind(params.image) == "video":
            raise ConfigError(f"background: {params.image} is not a picture; for a video, write video=…")
        return picture_plate(params.image, sigma)
    if params.video is not None:
        if media_kind(params.video) == "images":
            raise ConfigError(f"background: {params.video} is a still picture; write image=…")
        return MoviePlate(params.video, sigma)
    return BlurPlate(DEFAULT_BLUR if params.blur is None else params.blur, DISC if params.bokeh else GAUSSIAN)
