"""The plates behind the head: the body without its head, and the studio without the person."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from sample.portrait import Picture, Portrait
from sample.relief import head_matte, smooth

from arpipe.geometry.transforms import Array

Colours = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Centre and semi-axes, px of the photograph; rotation of the first axis from image x towards y, degrees."""

    x: float
    y: float
    a: float
    b: float
    turn_deg: float

    def polar(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the angle in the frame of the ellipse, rad, and the distance from its centre, 1 on the ellipse."""
        turn = np.deg2rad(self.turn_deg)
        dx, dy = x - self.x, y - self.y
        along = (dx * np.cos(turn) + dy * np.sin(turn)) / self.a
        across = (dy * np.cos(turn) - dx * np.sin(turn)) / self.b
        return np.arctan2(across, along), np.hypot(along, across)

    def at(self, angle: Array, radius: Array) -> tuple[Array, Array]:
        """Return px of the photograph for an angle and a distance."""
        turn = np.deg2rad(self.turn_deg)
        along, across = self.a * radius * np.cos(angle), self.b * radius * np.sin(angle)
        return (
            self.x + along * np.cos(turn) - across * np.sin(turn),
            self.y + along * np.sin(turn) + across * np.cos(turn),
        )


# Least-squares ellipse through points picked on the visible edges of the metal collar.
RIM_OUTER = Ellipse(212.4, 210.7, 94.9, 54.9, 24.1)
RIM_WIDTH = 0.125  # of the radius of the outer ellipse, at the back
DARK = 45.0  # grey level below which the inside of the collar counts as shadow
HEM_PX = 210.0  # y below which the whole body is visible
COLLAR_ALONE_PX = 178.0  # y above which the collar is all of the body

DEPTH_CELLS = 64
COLLAR_BACK_M, CHEST_M = 0.15, -0.02  # behind the pupils: the back edge of the collar, and the chest below it
SHOULDER_DROP_M, SHOULDER_PX = 0.10, 170.0

BODY_ZOOM = 2
BACKGROUND_SIZE = (1280, 720)
BACKGROUND_ZOOM = 2.4  # of the frame relative to the photograph
BACKGROUND_CORNER_PX = (-28.0, -22.0)
BACKGROUND_SIGMA_PX = 4.5  # a webcam focused on the face
PROPS_WEIGHT = 0.02  # flag and model continue a little behind the person, the backdrop fills the rest
FLAG_RIGHT_PX, MODEL_LEFT_PX = 118, 350  # x of the right edge of the flag and the left edge of the model
TABLE_PX = (345, 240)  # upper left corner of the table
SUIT_STEP = 60  # excess of red over green, grey levels, of the suit where the matte misses it
TIP_PX = 60  # y above which the tank of the model must not colour the fill
CUT_TIP_PX = (388, 444, 4)  # x range and depth of the tip of the model, which the photograph cuts off
MOTTLE = (
    (7.0, 3.5),
    (18.0, 5.0),
)  # blur, px, and strength, grey levels, of the clouds of the painted backdrop


def body(portrait: Portrait) -> tuple[Picture, Picture]:
    """Return RGB (1024, 1024, 3) and matte (1024, 1024) of the body, with the collar completed behind the neck."""
    size = portrait.pixels.shape[0] * BODY_ZOOM
    big = cv2.resize(portrait.pixels, (size, size), interpolation=cv2.INTER_LANCZOS4).astype(np.float32)
    x, y = np.meshgrid(*[(np.arange(size) + 0.5) / BODY_ZOOM - 0.5] * 2)
    head = cv2.dilate(head_matte(portrait.person), np.ones((9, 9), np.uint8)) > 0
    angle, radius = RIM_OUTER.polar(x, y)
    rim = _rim(big, head, angle, radius)
    on_rim = smooth((radius - (1.0 - RIM_WIDTH)) / 0.02 + 0.5)[..., None]
    shadow = (~head & (radius < 1.0 - 1.3 * RIM_WIDTH) & (big.mean(axis=2) < DARK)).astype(np.float32)
    inside = _fill(big, shadow, 8)
    behind = inside * (1.0 - on_rim) + rim * on_rim
    hidden = cv2.GaussianBlur(head.astype(np.float32), (0, 0), 1.5)
    hidden = np.where(head, 1.0, hidden) * smooth((HEM_PX - y) / 6.0)
    pixels = big + hidden[..., None] * (behind - big)
    ring = smooth((1.0 - radius) / 0.012 + 0.5) * 255.0
    person = cv2.GaussianBlur(cv2.erode(portrait.person, np.ones((3, 3), np.uint8)), (0, 0), 1.2)
    matte = np.where(head | (y < COLLAR_ALONE_PX), ring, np.maximum(person, ring))
    pixels = _bleed(pixels.astype(np.float32), matte)
    return np.clip(pixels + 0.5, 0, 255).astype(np.uint8), np.clip(matte + 0.5, 0, 255).astype(np.uint8)


def _rim(big: Colours, head: npt.NDArray[np.bool_], angle: Array, radius: Array) -> Array:
    """Return the colour of the metal rim at every angle, extended behind the neck from its visible ends."""
    angles = np.linspace(-np.pi, np.pi, 1440, endpoint=False)
    across = np.linspace(1.0 - RIM_WIDTH, 1.0, 12)
    grid_angle, grid_radius = np.meshgrid(angles, across - 0.01)
    x, y = RIM_OUTER.at(grid_angle, grid_radius)
    maps = [((value + 0.5) * BODY_ZOOM - 0.5).astype(np.float32) for value in (x, y)]
    unrolled = cv2.remap(big, *maps, cv2.INTER_LINEAR)
    seen = (
        cv2.remap(cv2.dilate(head.astype(np.uint8), np.ones((9, 9), np.uint8)), *maps, cv2.INTER_NEAREST) == 0
    )
    for row, visible in zip(unrolled, seen, strict=True):
        for channel in range(3):
            row[:, channel] = np.interp(angles, angles[visible], row[visible, channel], period=2 * np.pi)
    unrolled = cv2.GaussianBlur(unrolled, (0, 0), 1.0)
    column = ((angle + np.pi) / (2 * np.pi) * len(angles)).astype(np.float32)
    line = ((radius - across[0]) / RIM_WIDTH * (len(across) - 1)).astype(np.float32)
    return cv2.remap(unrolled, column, line, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _bleed(pixels: Colours, matte: Array) -> Colours:
    """Extend the colours inside the matte outwards, so that its soft edge shows no background."""
    inside = (matte > 240).astype(np.float32)
    filled = _fill(pixels, inside, 7)
    return np.where(inside[..., None] > 0, pixels, filled)


def background(portrait: Portrait) -> Picture:
    """Return (720, 1280, 3) RGB of the studio behind the person, out of focus."""
    margin = 64
    wide = cv2.copyMakeBorder(portrait.pixels, margin, margin, margin, margin, cv2.BORDER_REFLECT)
    person = cv2.resize(portrait.person, portrait.pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    x, y = np.meshgrid(*[np.arange(512.0)] * 2)
    person[RIM_OUTER.polar(x, y)[1] < 1.0] = 255
    person = cv2.copyMakeBorder(person, margin, margin, margin, margin, cv2.BORDER_REFLECT)
    red, green, blue = cv2.split(wide.astype(np.int16))
    suit = (red > green + SUIT_STEP) & (green > blue) & (np.arange(wide.shape[1]) > FLAG_RIGHT_PX + margin)
    suit[:, MODEL_LEFT_PX + margin :] = False
    hidden = cv2.dilate(np.where(suit, np.uint8(255), person), np.ones((13, 13), np.uint8)) > 10
    left, right, depth = CUT_TIP_PX
    hidden[: margin + depth, left + margin : right + margin] = True
    weight = (~hidden).astype(np.float32)
    weight[:, : FLAG_RIGHT_PX + margin] *= PROPS_WEIGHT
    weight[TABLE_PX[1] + margin :, TABLE_PX[0] + margin :] *= PROPS_WEIGHT
    weight[: margin + TIP_PX, left + margin : right + margin] *= PROPS_WEIGHT**2
    photo = wide.astype(np.float32)
    filled = cv2.GaussianBlur(_fill(photo, weight, 9), (0, 0), 3.0) + _mottle(photo.shape)
    grown = cv2.dilate(hidden.astype(np.float32), np.ones((9, 9), np.uint8))
    share = np.maximum(cv2.GaussianBlur(grown, (0, 0), 3.0), hidden)[..., None]
    soft = photo + share * (filled - photo)
    corner = np.asarray(BACKGROUND_CORNER_PX) + margin
    shift = np.array([[BACKGROUND_ZOOM, 0, 0], [0, BACKGROUND_ZOOM, 0]], dtype=np.float64)
    shift[:, 2] = -corner * BACKGROUND_ZOOM
    view = cv2.warpAffine(soft, shift, BACKGROUND_SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    view = cv2.GaussianBlur(view, (0, 0), BACKGROUND_SIGMA_PX)
    return np.clip(view + 0.5, 0, 255).astype(np.uint8)


def _mottle(shape: tuple[int, ...]) -> Colours:
    """Return (h, w, 3) clouds like those of the backdrop, grey levels around 0."""
    random = np.random.default_rng(0)
    clouds = np.zeros(shape, np.float32)
    for sigma, strength in MOTTLE:
        noise = cv2.GaussianBlur(random.standard_normal(shape).astype(np.float32), (0, 0), sigma)
        noise = noise * 0.3 + 0.7 * noise.mean(axis=2, keepdims=True) * np.sqrt(3.0)
        clouds += noise * strength / float(noise.std())
    return clouds


def _fill(pixels: Colours, weight: Colours, levels: int) -> Colours:
    """Fill in the mean of the nearest known pixels everywhere, down and up a pyramid."""
    colours, weights = [pixels * weight[..., None]], [weight]
    for _ in range(levels):
        colours.append(cv2.pyrDown(colours[-1]))
        weights.append(cv2.pyrDown(weights[-1]))
    up = colours[-1] / np.maximum(weights[-1], 1e-8)[..., None]
    for colour, share in zip(colours[-2::-1], weights[-2::-1], strict=True):
        coarse = cv2.resize(up, share.shape[::-1], interpolation=cv2.INTER_LINEAR)
        trust = np.clip(share / PROPS_WEIGHT, 0.0, 1.0)[..., None]
        own = colour / np.maximum(share, 1e-8)[..., None]
        up = own * trust + coarse * (1.0 - trust)
    return np.asarray(up, dtype=np.float32)


def body_depth(portrait: Portrait) -> Array:
    """Return the (64, 64) depth behind the pupils over the photograph, m.

    Shoulders recede, the collar is a tilted disc. The values are estimates: the body turns by a few degrees only, so
    its relief need only be plausible.
    """
    side = portrait.pixels.shape[0]
    x, y = np.meshgrid(*[(np.arange(DEPTH_CELLS) + 0.5) * side / DEPTH_CELLS - 0.5] * 2)
    top, bottom = RIM_OUTER.y - RIM_OUTER.b, RIM_OUTER.y + RIM_OUTER.b
    depth = COLLAR_BACK_M + (CHEST_M - COLLAR_BACK_M) * smooth((y - top) / (bottom - top))
    depth += SHOULDER_DROP_M * np.minimum(((x - RIM_OUTER.x) / SHOULDER_PX) ** 2, 1.0)
    return cv2.GaussianBlur(depth, (0, 0), 1.5)
