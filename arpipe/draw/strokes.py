"""Antialiased lines and discs with individual opacity, drawn on the CPU; only their bounding box is touched."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.types import Pixels

SUBPIXEL_BITS = 4  # cv2 draws at sixteenths of a pixel
MAX_PX = 1 << 14  # points further out are clipped: cv2 uses 32 bits
MAX_WIDTH_PX = 255  # limit of cv2

RGB = tuple[int, int, int]
EDGE = (18, 22, 30)  # dark outline, for contrast with bright clothes
RIM = (250, 251, 253)  # rim of joints
EDGE_SHARE = 0.16  # width of the outline relative to the limb, at least 1 px
RIM_SHARE = 0.3  # width of the rim relative to the radius of a joint


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """A line with round ends.

    Attributes:
        ends_px: (2, 2) end points, image px.
        width_px: Width, px.
        color: RGB.
        trust: Factor of the opacity, in [0, 1].
    """

    ends_px: Array
    width_px: float
    color: RGB
    trust: float


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """A disc.

    Attributes:
        center_px: (2,) centre, image px.
        radius_px: Radius, px.
        color: RGB.
        trust: Factor of the opacity, in [0, 1].
        has_rim: Whether it has a light rim.
    """

    center_px: Array
    radius_px: float
    color: RGB
    trust: float
    has_rim: bool


def draw(pixels: Pixels, limbs: Sequence[Limb], joints: Sequence[Joint], opacity: float) -> None:
    """Draw limbs, then joints, in their sequence; later ones cover earlier ones.

    Args:
        pixels: (h, w, 3) RGB, changed in place.
        limbs: The lines.
        joints: The discs.
        opacity: Opacity at a trust of 1.
    """
    limbs = [limb for limb in limbs if limb.trust > 0]
    joints = [joint for joint in joints if joint.trust > 0]
    box = _box(limbs, joints, pixels.shape[1], pixels.shape[0])
    if opacity <= 0 or box is None:
        return
    x0, y0, x1, y1 = box
    place = pixels[y0:y1, x0:x1]
    brush = _Brush(place, np.array([x0, y0], np.float64), opacity)
    for limb in limbs:
        brush.limb(limb)
    for joint in joints:
        brush.joint(joint)
    brush.blend()


class _Brush:
    """Draws colours and opacity into separate buffers, then blends them into the picture at once."""

    def __init__(self, place: Pixels, origin_px: Array, opacity: float) -> None:
        self._place = place
        self._origin_px = origin_px
        self._opacity = opacity
        self._paint = place.copy()
        self._cover: Pixels = np.zeros(place.shape[:2], np.uint8)

    def limb(self, limb: Limb) -> None:
        edge = max(EDGE_SHARE * limb.width_px, 1.0)
        self._line(limb.ends_px, limb.width_px + 2.0 * edge, EDGE, limb.trust)
        self._line(limb.ends_px, limb.width_px, limb.color, limb.trust)

    def joint(self, joint: Joint) -> None:
        edge = max(EDGE_SHARE * joint.radius_px, 1.0)
        self._disc(joint.center_px, joint.radius_px + edge, EDGE, joint.trust)
        inner = joint.radius_px
        if joint.has_rim:
            self._disc(joint.center_px, joint.radius_px, RIM, joint.trust)
            inner -= max(RIM_SHARE * joint.radius_px, 1.0)
        if inner > 0:
            self._disc(joint.center_px, inner, joint.color, joint.trust)

    def blend(self) -> None:
        cover = cv2.merge([self._cover] * 3)
        paint = cv2.multiply(self._paint, cover, scale=1.0 / 255.0)
        behind = cv2.multiply(self._place, cv2.bitwise_not(cover), scale=1.0 / 255.0)
        cv2.add(paint, behind, dst=self._place)

    def _line(self, ends_px: Array, width_px: float, color: RGB, trust: float) -> None:
        start, end = fixed_point(ends_px - self._origin_px).tolist()
        width = min(max(round(width_px), 1), MAX_WIDTH_PX)
        cv2.line(self._paint, start, end, color, width, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.line(self._cover, start, end, self._level(trust), width, cv2.LINE_AA, SUBPIXEL_BITS)

    def _disc(self, center_px: Array, radius_px: float, color: RGB, trust: float) -> None:
        center = fixed_point(center_px - self._origin_px).tolist()
        radius = min(round(radius_px * (1 << SUBPIXEL_BITS)), MAX_PX)
        cv2.circle(self._paint, center, radius, color, -1, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.circle(self._cover, center, radius, self._level(trust), -1, cv2.LINE_AA, SUBPIXEL_BITS)

    def _level(self, trust: float) -> int:
        return round(255.0 * self._opacity * trust)


def _box(
    limbs: Sequence[Limb], joints: Sequence[Joint], width: int, height: int
) -> tuple[int, int, int, int] | None:
    """Return the part of the picture that strokes touch, x0, y0, x1, y1; None if they touch none of it."""
    reach = [2.0 * limb.width_px + 2.0 for limb in limbs] + [2.0 * joint.radius_px + 2.0 for joint in joints]
    points = [end for limb in limbs for end in limb.ends_px] + [joint.center_px for joint in joints]
    if not points:
        return None
    low = np.clip(np.min(points, axis=0) - max(reach), -MAX_PX, MAX_PX)
    high = np.clip(np.max(points, axis=0) + max(reach), -MAX_PX, MAX_PX)
    x0, y0 = (max(int(value), 0) for value in np.floor(low))
    x1, y1 = min(int(np.ceil(high[0])), width), min(int(np.ceil(high[1])), height)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def fixed_point(points_px: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    """Convert points to the fixed-point coordinates of cv2, clipped to its range."""
    fixed: npt.NDArray[np.int32] = np.rint(np.clip(points_px, -MAX_PX, MAX_PX) * (1 << SUBPIXEL_BITS)).astype(
        np.int32
    )
    return fixed


def as_rgb(color: object) -> RGB:
    """Check a colour of a caller, a sequence or an array.

    Raises:
        ValueError: It is not three integers in [0, 255].
    """
    levels = np.asarray(color)
    is_rgb = levels.shape == (3,) and np.issubdtype(levels.dtype, np.integer)
    if not is_rgb or levels.min() < 0 or levels.max() > 255:
        raise ValueError(f"colour: expected red, green and blue as integers in [0, 255], got {color!r}")
    red, green, blue = levels.tolist()
    return red, green, blue


def rgb_levels(color: tuple[float, float, float]) -> RGB:
    """Convert a colour in [0, 1] to levels in [0, 255]."""
    red, green, blue = (round(channel * 255.0) for channel in color)
    return red, green, blue
