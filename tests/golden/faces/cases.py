"""Pictures and a clip made from one portrait with plain numpy: the same pixels for arpipe and for MediaPipe.

Imported by the tests and, in MediaPipe's own environment, by `make_goldens.py`; so it must not import arpipe, nor
depend on a version of OpenCV.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

CLIP_FRAMES = 48
CLIP_FPS = 30.0
CLIP_SIZE = (320, 240)

FACE_CENTER = (224.0, 124.0)  # of the astronaut's face in her picture, px
FACE_LONG_SIDE = 106.0  # of the box around her landmarks, px


def warp(picture, width, height, center, scale, turn_deg, at):
    """Turn and scale a picture about `center`, which lands on `at`; beyond its edge stand its border pixels.

    Sampled at 2x2 points per pixel, so that shrinking does not alias.
    """
    angle = math.radians(turn_deg)
    cosine, sine = math.cos(angle) / scale, math.sin(angle) / scale
    total = np.zeros((height, width, 3))
    for dy in (-0.25, 0.25):
        for dx in (-0.25, 0.25):
            x = np.arange(width)[None] - at[0] + dx
            y = np.arange(height)[:, None] - at[1] + dy
            total += _bilinear(picture, cosine * x + sine * y + center[0], cosine * y - sine * x + center[1])
    return np.clip(np.rint(total / 4.0), 0, 255).astype(np.uint8)


def _bilinear(picture, x, y):
    height, width = picture.shape[:2]
    x = np.clip(x, 0, width - 1.001)
    y = np.clip(y, 0, height - 1.001)
    column, row = x.astype(int), y.astype(int)
    u, v = (x - column)[..., None], (y - row)[..., None]
    top = picture[row, column] * (1 - u) + picture[row, column + 1] * u
    bottom = picture[row + 1, column] * (1 - u) + picture[row + 1, column + 1] * u
    return top * (1 - v) + bottom * v


def _placed(portrait, width, height, scale, turn_deg, at):
    return warp(portrait, width, height, FACE_CENTER, scale, turn_deg, at)


def _tiles(portrait, columns, rows, side, scale):
    """Many of her, each turned and sized a little differently."""
    bands = []
    for row in range(rows):
        tiles = []
        for column in range(columns):
            number = row * columns + column
            turn_deg, size = 11.0 * (number % 5 - 2), scale * (1.0 + 0.12 * (number % 3 - 1))
            tiles.append(_placed(portrait, side, side, size, turn_deg, (side / 2.0, side / 2.0)))
        bands.append(np.concatenate(tiles, axis=1))
    return np.concatenate(bands, axis=0)


def _levels(picture, function):
    return np.clip(np.rint(function(picture.astype(np.float64))), 0, 255).astype(np.uint8)


def _noisy(picture, sigma, seed):
    noise = np.random.default_rng(seed).integers(-sigma, sigma + 1, picture.shape)
    return np.clip(picture.astype(np.int64) + noise, 0, 255).astype(np.uint8)


def faces(portrait) -> Iterator[tuple[str, np.ndarray]]:
    """Name and RGB picture of every case with a face, or part of one."""
    yield "portrait", portrait
    for turn in (-90, -60, -45, -30, -15, 15, 30, 45, 60, 90, 135, 180):
        yield f"turned_{turn}", _placed(portrait, 480, 400, 1.4, turn, (240.0, 200.0))
    for scale in (0.2, 0.3, 0.5, 0.8, 2.0, 3.0, 4.5):
        yield f"scaled_{scale}", _placed(portrait, 640, 480, scale, 0.0, (320.0, 240.0))
    for name, at in {"left": (60, 150), "right": (420, 150), "low": (240, 300), "corner": (400, 290)}.items():
        yield f"placed_{name}", _placed(portrait, 480, 360, 0.9, 8.0, at)
    for name, at in {"left": (0, 180), "right": (479, 180), "top": (240, 0), "bottom": (240, 359)}.items():
        yield f"half_{name}", _placed(portrait, 480, 360, 1.6, 0.0, at)
    close = _placed(portrait, 400, 400, 1.5, 0.0, (200.0, 200.0))
    yield "dark", _levels(close, lambda value: value * 0.2)
    yield "bright", _levels(close, lambda value: value * 0.4 + 150.0)
    yield (
        "grey",
        _levels(close, lambda value: np.broadcast_to(value.mean(axis=2, keepdims=True), value.shape)),
    )
    yield "noisy", _noisy(close, 40, seed=1)
    yield "coarse", np.repeat(np.repeat(close[::4, ::4], 4, axis=0), 4, axis=1)
    yield "mirrored", np.ascontiguousarray(close[:, ::-1])
    yield "tall", _placed(portrait, 240, 640, 1.2, 0.0, (120.0, 420.0))
    yield "wide", _placed(portrait, 900, 220, 1.0, 0.0, (650.0, 110.0))
    for width, height in (
        (677, 901),
        (1149, 587),
        (333, 250),
        (257, 257),
    ):  # letterboxes that tie in rounding
        scale = min(width, height) / 450.0
        yield f"odd_{width}", _placed(portrait, width, height, scale, 35.0, (width * 0.45, height * 0.55))
    yield "four", _tiles(portrait, 2, 2, 240, 1.1)
    yield "twelve", _tiles(portrait, 4, 3, 200, 0.9)


def others(portrait) -> Iterator[tuple[str, np.ndarray]]:
    """Name and RGB picture of every case without a face."""
    y, x = np.mgrid[:360, :480]
    yield "black", np.zeros((360, 480, 3), np.uint8)
    yield "white", np.full((360, 480, 3), 255, np.uint8)
    yield "ramp", np.stack([x * 255 // 479, y * 255 // 359, (x + y) * 255 // 838], axis=-1).astype(np.uint8)
    yield "checks", np.repeat(((x // 40 + y // 40) % 2 * 255)[..., None], 3, axis=2).astype(np.uint8)
    yield "static", np.random.default_rng(2).integers(0, 256, (360, 480, 3)).astype(np.uint8)
    discs = 255 * ((x % 120 - 60) ** 2 + (y % 120 - 60) ** 2 < 1600)
    yield "discs", np.repeat(discs[..., None], 3, axis=2).astype(np.uint8)
    yield "suit", np.ascontiguousarray(portrait[230:])
    yield "shuttle", np.ascontiguousarray(portrait[:250, 330:])
    yield "flag", np.ascontiguousarray(portrait[:250, :120])
    yield "one_pixel", np.ascontiguousarray(portrait[100:101, 200:201])
    yield "line", np.ascontiguousarray(portrait[100:101])


def clip(portrait) -> Iterator[np.ndarray]:
    """A face that drifts, nods sideways and comes closer, 320x240 RGB at `CLIP_FPS`."""
    width, height = CLIP_SIZE
    for number in range(CLIP_FRAMES):
        phase = 2.0 * math.pi * number / CLIP_FRAMES
        at = (width / 2.0 + 50.0 * math.sin(phase), height / 2.0 + 15.0 * math.sin(2.0 * phase))
        yield _placed(portrait, width, height, 0.9 + 0.2 * math.sin(phase), 20.0 * math.sin(phase), at)


Cases = Callable[[np.ndarray], Iterator[tuple[str, np.ndarray]]]
