"""Procedural tortoise-shell acetate, and a PNG writer whose output depends only on the pixels."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from glasses.curves import Array

Pixels = NDArray[np.uint8]
HONEY = [(224, 164, 82), (206, 134, 54), (150, 82, 30), (78, 38, 18), (44, 22, 14)]  # sRGB, light to dark
HAVANA = [(182, 116, 56), (150, 86, 38), (94, 48, 24), (46, 24, 16), (26, 15, 12)]
_STORED_BLOCK = 65535  # the longest stored block of a deflate stream


def _noise(side: int, cells: int, rng: np.random.Generator) -> Array:
    """Return smooth tiling value noise (side, side) with `cells` random values per side, about 0 ± 1."""
    lattice = rng.uniform(-1.0, 1.0, (cells, cells))
    at = np.arange(side) * (cells / side)
    index = np.floor(at).astype(int)
    t = at - index
    t = t * t * t * (t * (6 * t - 15) + 10)
    low, high = index % cells, (index + 1) % cells
    rows = lattice[low] * (1 - t)[:, None] + lattice[high] * t[:, None]
    return rows[:, low] * (1 - t) + rows[:, high] * t


def _shifted(image: Array, rows: Array, columns: Array) -> Array:
    """Sample a tiling image bilinearly at every pixel moved by (rows, columns) px."""
    side = len(image)
    grid_row, grid_column = np.mgrid[0:side, 0:side]
    y, x = grid_row + rows, grid_column + columns
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - y0, x - x0
    y1, x1 = (y0 + 1) % side, (x0 + 1) % side
    y0, x0 = y0 % side, x0 % side
    top = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
    return top * (1 - fy) + (image[y1, x0] * (1 - fx) + image[y1, x1] * fx) * fy


def tortoise(palette: list[tuple[int, int, int]], seed: int, side: int = 256) -> Pixels:
    """Return a tiling sheet of tortoise shell: dark islands that bleed into honey.

    Args:
        palette: sRGB colours from the lightest honey to the darkest spot.
        seed: Seed of the pattern.
        side: Pixels per side.

    Returns:
        (side, side, 3) uint8 sRGB, of at most 256 colours.
    """
    rng = np.random.default_rng(seed)
    warp_rows = 14 * _noise(side, 6, rng) + 7 * _noise(side, 17, rng)
    warp_columns = 14 * _noise(side, 6, rng) + 7 * _noise(side, 17, rng)
    islands = _noise(side, 9, rng) + 0.6 * _noise(side, 17, rng) + 0.25 * _noise(side, 37, rng)
    islands = _shifted(islands, warp_rows, warp_columns)
    depth = 1 / (1 + np.exp(-5.0 * (islands - 0.0)))
    haze = _shifted(_noise(side, 11, rng) + 0.5 * _noise(side, 31, rng), warp_columns, warp_rows)
    depth = np.clip(0.04 + 0.96 * depth + 0.16 * haze * (1 - depth), 0.0, 1.0)
    stops = np.linspace(0.0, 1.0, len(palette))
    level = np.round(depth * 127) / 127
    colors = np.array(palette, dtype=np.float64)
    return np.round(np.stack([np.interp(level, stops, colors[:, k]) for k in range(3)], axis=2)).astype(
        np.uint8
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: Pixels) -> bytes:
    """Encode an (h, w, 3) picture with at most 256 colours as a palette PNG.

    The stream is stored, not deflated: compressors differ between builds of zlib, stored blocks do not.

    Raises:
        ValueError: There are more than 256 colours.
    """
    height, width = pixels.shape[:2]
    colors, index = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colors) > 256:
        raise ValueError(f"a palette PNG holds 256 colours, the picture has {len(colors)}; quantise it first")
    rows = index.reshape(height, width).astype(np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    blocks = [raw[at : at + _STORED_BLOCK] for at in range(0, len(raw), _STORED_BLOCK)]
    stream = b"\x78\x01"
    for number, part in enumerate(blocks):
        last = 1 if number == len(blocks) - 1 else 0
        stream += struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF) + part
    stream += struct.pack(">I", zlib.adler32(raw))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"sRGB", b"\0")
        + _chunk(b"PLTE", colors.tobytes())
        + _chunk(b"IDAT", stream)
        + _chunk(b"IEND", b"")
    )
