"""Panels over the picture, drawn with Pillow: (h, w, 4) uint8 RGBA with premultiplied alpha."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from arpipe.types import Pixels

Panel = npt.NDArray[np.uint8]
Color = tuple[int, int, int, int]
"""RGBA, 0 to 255, not premultiplied."""

BACK = (17, 19, 24, 208)
EDGE = (255, 255, 255, 26)
TEXT, FAINT = (245, 246, 248, 255), (168, 174, 186, 255)
ACCENT, CALM, ALARM = (255, 188, 84, 255), (104, 196, 255, 255), (255, 92, 92, 255)
TRACK = (52, 56, 66, 255)
SMOOTHING = 4  # supersampling factor of round corners, which Pillow does not antialias

TILE, TILE_GAP, TILES = 92, 10, 7
MIN_TILES_FOR_HINT = 4  # fewer leave room for the title only
BAR_WIDTH = 150
FULL_BAR_MS = 20.0
LINE_LENGTH = 84

_SUBSTITUTES = (("…", "..."), ("→", ">"), ("−", "-"), ("–", "-"))
"""Characters that Pillow's built-in font lacks, and their substitutes."""

STAGE_COLORS: dict[str, Color] = {
    **dict.fromkeys(
        ("detect", "crop", "infer", "decode", "track", "pose", "predict", "mask", "occlude"), CALM
    ),
    **dict.fromkeys(("expressions", "gestures"), CALM),
    **dict.fromkeys(("upload", "draw", "readback", "present"), ACCENT),
}


class PanelCanvas:
    """A rounded panel to draw on; sizes are in units.

    Args:
        width, height: Size, units.
        scale: Pixels per unit.
        radius: Radius of the corners, units.
    """

    def __init__(self, width: float, height: float, scale: float, radius: float = 14) -> None:
        self.scale = scale
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.rounded((0, 0, width, height), radius, EDGE)
        self.rounded((1, 1, width - 1, height - 1), radius - 1, BACK)

    def rounded(self, box: tuple[float, float, float, float], radius: float, color: Color) -> None:
        """Fill a rectangle with round corners, replacing what is below."""
        left, top, right, bottom = (round(value * self.scale) for value in box)
        mask = _rounded_mask(max(1, right - left), max(1, bottom - top), radius * self.scale)
        self.image.paste(color, (left, top), mask)

    def text(
        self,
        place: tuple[float, float],
        text: str,
        size: float,
        color: Color = TEXT,
        anchor: str = "lm",
    ) -> None:
        """Draw one line of text; `anchor` as in Pillow."""
        x, y = place
        self.draw.text(
            (round(x * self.scale), round(y * self.scale)),
            text,
            color,
            font(size * self.scale),
            anchor=anchor,
        )

    def picture(self, pixels: Pixels, place: tuple[float, float], side: float, radius: float) -> None:
        """Draw a square picture with round corners."""
        px = max(1, round(side * self.scale))
        scaled = Image.fromarray(pixels).resize((px, px), Image.Resampling.LANCZOS)
        corner = (round(place[0] * self.scale), round(place[1] * self.scale))
        self.image.paste(scaled, corner, _rounded_mask(px, px, radius * self.scale))

    def finish(self) -> Panel:
        """Return the panel."""
        rgba = np.asarray(self.image, np.uint16).copy()
        rgba[..., :3] = rgba[..., :3] * rgba[..., 3:] // 255
        return rgba.astype(np.uint8)


@lru_cache(maxsize=64)
def font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's built-in font."""
    return ImageFont.load_default(max(6.0, size_px))


def text_width(text: str, size: float, scale: float) -> float:
    """Return the width of a line, units."""
    return float(font(size * scale).getlength(_printable(text))) / scale


def pill(text: str, scale: float, dot: Color | None = None) -> Panel:
    """Draw a short text in a rounded panel, after a coloured dot; long texts are wrapped."""
    lines = [part for line in text.splitlines() for part in textwrap.wrap(_printable(line), LINE_LENGTH)]
    lead = 34.0 if dot else 18.0
    width = max(text_width(line, 16, scale) for line in lines)
    canvas = PanelCanvas(lead + width + 18, 16 + 22 * len(lines), scale, 19)
    if dot:
        canvas.rounded((16, 14, 26, 24), 5, dot)
    for row, line in enumerate(lines):
        canvas.text((lead, 19 + 22 * row), line, 16)
    return canvas.finish()


def notice(title: str, lines: Sequence[str], scale: float) -> Panel:
    """Draw a message: a title, and below what to do."""
    width = max([text_width(title, 24, scale), *(text_width(line, 15, scale) for line in lines)]) + 64
    canvas = PanelCanvas(width, 76 + 24 * len(lines), scale, 18)
    canvas.text((width / 2, 38), _printable(title), 24, TEXT, "mm")
    for row, line in enumerate(lines):
        canvas.text((width / 2, 74 + 24 * row), _printable(line), 15, FAINT, "mm")
    return canvas.finish()


def key_table(title: str, rows: Sequence[tuple[str, str]], scale: float) -> Panel:
    """Draw a table of keys and their actions."""
    keys = max(text_width(key, 15, scale) for key, _ in rows) + 22
    width = keys + max(text_width(what, 15, scale) for _, what in rows) + 62
    canvas = PanelCanvas(width, 66 + 30 * len(rows), scale, 18)
    canvas.text((24, 32), title, 20)
    for row, (key, what) in enumerate(rows):
        y = 70 + 30 * row
        canvas.rounded((22, y - 12, 22 + keys, y + 12), 6, (56, 61, 72, 240))
        canvas.text((22 + keys / 2, y), _printable(key), 15, ACCENT, "mm")
        canvas.text((38 + keys, y), _printable(what), 15)
    return canvas.finish()


def carousel(
    titles: Sequence[str], previews: Sequence[Pixels | None], selected: int, tiles: int, scale: float
) -> Panel:
    """Draw previews in a row around the selected one, with its title below."""
    shown = min(tiles, len(titles))
    first = selected - shown // 2
    width = shown * (TILE + TILE_GAP) + TILE_GAP + 12
    canvas = PanelCanvas(width, TILE + 54, scale, 20)
    for place in range(shown):
        index = (first + place) % len(titles)
        x, y = 6 + TILE_GAP + place * (TILE + TILE_GAP), 14
        if index == selected:
            canvas.rounded((x - 4, y - 4, x + TILE + 4, y + TILE + 4), 16, ACCENT)
        preview = previews[index]
        if preview is None:
            canvas.rounded((x, y, x + TILE, y + TILE), 12, (44, 48, 57, 255))
        else:
            canvas.picture(preview, (x, y), TILE, 12)
        if 1 <= index <= 9:
            canvas.rounded((x + 5, y + 5, x + 23, y + 23), 9, (17, 19, 24, 170))
            canvas.text((x + 14, y + 14), str(index), 12, TEXT, "mm")
    canvas.text((width / 2, TILE + 35), _printable(titles[selected]), 17, TEXT, "mm")
    if shown >= MIN_TILES_FOR_HINT:
        canvas.text((width - 20, TILE + 35), "H  all keys", 13, FAINT, "rm")
    return canvas.finish()


def profile(
    stages_ms: Mapping[str, float], head: str, quality: str, foot: Sequence[str], scale: float
) -> Panel:
    """Draw the stage durations, one bar per stage."""
    rows = [(name, stages_ms[name]) for name in STAGE_COLORS if stages_ms.get(name, 0.0) > 0]
    width = 330
    canvas = PanelCanvas(width, 82 + 22 * len(rows) + 20 * len(foot), scale, 16)
    canvas.text((18, 26), head, 20)
    canvas.text((18, 50), _printable(f"quality: {quality}"), 13, FAINT)
    for row, (name, value) in enumerate(rows):
        y = 78 + 22 * row
        canvas.text((18, y), name, 14, FAINT)
        canvas.rounded((94, y - 5, 94 + BAR_WIDTH, y + 5), 5, TRACK)
        length = min(1.0, value / FULL_BAR_MS) * BAR_WIDTH
        if length >= 1.0:
            canvas.rounded((94, y - 5, 94 + max(length, 6.0), y + 5), 5, STAGE_COLORS[name])
        canvas.text((width - 18, y), f"{value:.1f} ms", 14, TEXT, "rm")
    for row, line in enumerate(foot):
        canvas.text((18, 84 + 22 * len(rows) + 20 * row), _printable(line), 13, FAINT)
    return canvas.finish()


def scores(title: str, rows: Sequence[tuple[str, float]], lines: Sequence[str], scale: float) -> Panel:
    """Draw values in [0, 1] as bars, and lines of text below."""
    width = 360
    canvas = PanelCanvas(width, 54 + 22 * (len(rows) + len(lines)), scale, 16)
    canvas.text((18, 24), _printable(title), 15)
    for row, (name, value) in enumerate(rows):
        y = 52 + 22 * row
        canvas.text((18, y), _printable(name), 14, FAINT)
        canvas.rounded((160, y - 5, 160 + BAR_WIDTH, y + 5), 5, TRACK)
        if value * BAR_WIDTH >= 1.0:
            canvas.rounded((160, y - 5, 160 + max(value * BAR_WIDTH, 6.0), y + 5), 5, CALM)
        canvas.text((width - 14, y), f"{value:.2f}", 14, TEXT, "rm")
    for row, line in enumerate(lines):
        canvas.text((18, 52 + 22 * (len(rows) + row)), _printable(line), 14)
    return canvas.finish()


def _rounded_mask(width: int, height: int, radius: float) -> Image.Image:
    """Return the antialiased mask of a rectangle with round corners; sizes in px."""
    mask = Image.new("L", (width * SMOOTHING, height * SMOOTHING), 0)
    box = (0, 0, width * SMOOTHING - 1, height * SMOOTHING - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * SMOOTHING, 255)
    return mask.resize((width, height), Image.Resampling.BOX)


def _printable(text: str) -> str:
    """Replace characters that Pillow's built-in font lacks."""
    for missing, instead in _SUBSTITUTES:
        text = text.replace(missing, instead)
    return text
