"""The surroundings that frames and lenses reflect, as a mirror ball.

A direction d of the gl frame is at `d.xy / (2 sqrt(2 + 2 d.z)) + 0.5` on the ball, whose centre shows what is behind
the camera. Only directions away from the camera are compressed at the rim, and objects on a head hardly ever reflect
those. One texture and one square root per lookup are cheap on every renderer.
"""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.blur import gaussian

Floats = npt.NDArray[np.float32]

SIDE = 32
LEVELS = 4  # with detail of 32, 16, 8, 4 px: from mirror to matt
# Gaussian sigma, px of each level's detail; roughly the GGX lobe of roughness 0.35, 0.6 and 1.
LEVEL_BLUR_PX = 1.1

# Rooms have a window; this is where, as far as a weak or unknown key light leaves it open.
DEFAULT_WINDOW: Array = np.array([-0.35, 0.40, 0.75])
WINDOW_GAIN = 8.0  # radiance relative to a white wall
ROOM_ALBEDO, ROOM_UPWARD = 0.46, 0.34  # walls are not white, and ceilings are lighter than floors
ROOM_CONTRAST = 0.8  # share of the picture's own variation in the guessed room
BRIGHTEST = 12.0  # radiance of the highest code; as in light.glsl
HEAD_SHADE = 0.12  # brightness of the skin behind the object, which is in its shade


@dataclass(frozen=True, slots=True)
class Panel:
    """A bright rectangle with soft edges, seen from the head.

    Attributes:
        half_width, half_height: Tangents of half the angles under which it appears.
        edge: Width of its soft edges, as a tangent.
    """

    half_width: float
    half_height: float
    edge: float

    def share(self, toward: Array) -> Floats:
        """Return (n,) how much of it is seen in each direction, its middle being `toward`, (3,) gl frame."""
        forward = (toward / np.linalg.norm(toward)).astype(np.float32)
        x, y, z = forward.tolist()
        level = max(math.hypot(z, x), 1e-6)
        right = np.array([z, 0.0, -x]) / level
        up = np.array([-x * y, x * x + z * z, -y * z]) / level
        ahead = _FLAT @ forward
        depth = np.maximum(ahead, 1e-3)
        across, along = np.abs(_FLAT @ right) / depth, np.abs(_FLAT @ up) / depth
        inside_x = np.clip((self.half_width - across) / self.edge + 0.5, 0.0, 1.0)
        inside_y = np.clip((self.half_height - along) / self.edge + 0.5, 0.0, 1.0)
        return np.where(ahead > 0, inside_x * inside_y, 0.0).astype(np.float32)


WINDOW = Panel(0.30, 0.42, 0.10)  # 2 m away
# Panel, direction and radiance relative to a white wall: a lamp at the ceiling, a bright doorway on the side that
# the default window leaves dark, and what stands before a camera, such as a screen or a sheet of paper.
FIXTURES = (
    (Panel(0.60, 0.16, 0.10), (0.10, 0.80, 0.60), 4.0),
    (Panel(0.10, 0.60, 0.10), (0.72, 0.05, 0.70), 2.2),
    (Panel(0.34, 0.12, 0.12), (0.04, -0.34, 0.94), 0.9),
)


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """Surroundings, blurred for several levels of roughness.

    Attributes:
        levels: (n, side, side, 4) uint8 square roots of linear RGB relative to `BRIGHTEST`, mirror first, each with
            half the detail of the previous one. Software rasterisers sample bytes fastest.
    """

    levels: npt.NDArray[np.uint8]


def ball_directions(side: int) -> Floats:
    """Return the (side, side, 3) direction of each texel in the gl frame, row 0 at v = 0; the rim is continued."""
    axis = (np.arange(side, dtype=np.float64) + 0.5) / side * 2.0 - 1.0
    x, y = np.meshgrid(axis, axis)
    radius = np.sqrt(x * x + y * y)
    inside = np.minimum(radius, 0.999)
    scale = inside / np.maximum(radius, 1e-9)
    x, y = x * scale, y * scale
    z = 1.0 - 2.0 * inside**2
    lift = 2.0 * np.sqrt(np.maximum(1.0 - inside**2, 0.0))
    return np.stack([x * lift, y * lift, z], axis=-1).astype(np.float32)


_DIRECTIONS = ball_directions(SIDE)
_FLAT = _DIRECTIONS.reshape(-1, 3)

# The guessed room takes its colours from the mirrored picture, as if the picture continued behind the camera; what is
# behind the person is looked up unmirrored.
_PICTURE_X = np.clip(0.5 - 0.42 * np.sign(_DIRECTIONS[..., 2] + 1e-6) * _DIRECTIONS[..., 0], 0.0, 1.0)
_PICTURE_Y = np.clip(0.5 - 0.42 * _DIRECTIONS[..., 1], 0.0, 1.0)


def build(picture: Floats, irradiance: Array, key: Array, toward_head: Array, skin: Array) -> Environment:
    """Guess the surroundings of a head.

    Args:
        picture: (h, w, 3) the frame in linear light, a few pixels wide.
        irradiance: (4, 3) see `Lighting.irradiance`.
        key: (3,) towards the strongest light, gl frame; its length is the light's share in [0, 1].
        toward_head: (3,) unit vector from the object into the head, gl frame.
        skin: (3,) linear colour of the skin.
    """
    room = _room(picture)
    mean = picture.reshape(-1, 3).mean(axis=0) + 1e-3
    varied = 1.0 + ROOM_CONTRAST * (room / mean - 1.0)
    light = irradiance.astype(np.float32)
    base = np.maximum(light[0] + _FLAT @ light[1:], 0.25 * light[0])
    radiance = base * np.clip(varied, 0.25, 2.5) * (ROOM_ALBEDO + ROOM_UPWARD * _FLAT[:, 1:2])
    radiance += np.maximum(_window(key), _fixtures())[:, None] * light[0]
    into_head = np.clip((_FLAT @ toward_head.astype(np.float32) - 0.15) / 0.5, 0.0, 1.0)[:, None]
    radiance += into_head * (HEAD_SHADE * skin.astype(np.float32) - radiance)
    return Environment(_levels(radiance.reshape(SIDE, SIDE, 3).astype(np.float32)))


def _room(picture: Floats) -> Floats:
    """Return (n, 3) colour of the picture in each direction, bilinear."""
    places, weights = _taps(*picture.shape[:2])
    return np.asarray((picture.reshape(-1, 3)[places] * weights).sum(axis=0), np.float32)


@cache
def _taps(height: int, width: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return (4, n) indices of the pixels around each direction, and their (4, n, 1) bilinear weights."""
    x, y = (_PICTURE_X * (width - 1)).ravel(), (_PICTURE_Y * (height - 1)).ravel()
    left, top = np.minimum(x.astype(np.intp), width - 2), np.minimum(y.astype(np.intp), height - 2)
    right_share, low_share = x - left, y - top
    place = top * width + left
    places = np.stack([place, place + 1, place + width, place + width + 1])
    weights = np.stack(
        [
            (1.0 - right_share) * (1.0 - low_share),
            right_share * (1.0 - low_share),
            (1.0 - right_share) * low_share,
            right_share * low_share,
        ]
    )
    return places, weights[:, :, None].astype(np.float32)


def _window(key: Array) -> Floats:
    """Return (n,) radiance of the key light in each direction, relative to a white wall."""
    share = float(np.linalg.norm(key))
    gain = WINDOW_GAIN * (0.35 + 0.65 * share)
    return gain * WINDOW.share(key + (1.0 - share) * DEFAULT_WINDOW)


@cache
def _fixtures() -> Floats:
    """Return (n,) radiance of the lights and bright things that rooms have, relative to a white wall.

    Few are seen at a time. They are what makes a reflection travel over polished frames when the head turns.
    """
    total = np.zeros(len(_FLAT), np.float32)
    for panel, toward, gain in FIXTURES:
        total += gain * panel.share(np.array(toward))
    return total


def _levels(mirror: Floats) -> npt.NDArray[np.uint8]:
    levels = np.empty((LEVELS, SIDE, SIDE, 4), np.uint8)
    current = mirror
    for level in range(LEVELS):
        coded = np.sqrt(np.clip(current * (1.0 / BRIGHTEST), 0.0, 1.0)) * 255.0 + 0.5
        shown = cv2.resize(coded, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) if level else coded
        cv2.cvtColor(shown.astype(np.uint8), cv2.COLOR_RGB2RGBA, dst=levels[level])
        soft = gaussian(current, LEVEL_BLUR_PX, cv2.BORDER_REPLICATE)
        side = current.shape[0] // 2
        current = np.asarray(cv2.resize(soft, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    return levels
