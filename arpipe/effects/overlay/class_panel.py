"""A panel with the best classes of a picture and their probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from arpipe.draw.lettering import fill_box, line_height, text_mask, write_text
from arpipe.draw.strokes import RGB
from arpipe.types import ClassScore, Pixels

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

INK, FAINT, PANEL = (245, 246, 248), (176, 182, 190), (14, 16, 20)
PANEL_OPACITY = 0.66
TEXT_SHARE = 0.034  # height of the text over the picture's shorter side
MOST_CHARACTERS = 26


@dataclass(frozen=True, slots=True)
class PanelStyle:
    """Look of a panel.

    Attributes:
        corner: Where it is.
        color: Of the bars.
        title: Line above the classes; empty for none.
    """

    corner: Corner = "top-left"
    color: RGB = (86, 180, 233)
    title: str = ""


def draw_classes(pixels: Pixels, classes: Sequence[ClassScore], style: PanelStyle) -> None:
    """Draw the classes with bars as long as their probabilities, in place."""
    height, width = pixels.shape[:2]
    text_px = max(round(TEXT_SHARE * min(height, width)), 10)
    pad, row = round(0.8 * text_px), round(1.75 * text_px)
    names = [_shortened(each.short) for each in classes]
    widest = max((text_mask(name, text_px).shape[1] for name in [*names, style.title] if name), default=1)
    inner = max(widest + round(3.6 * text_px), round(9 * text_px))
    titled = round(1.5 * text_px) if style.title else 0
    panel_width, panel_height = inner + 2 * pad, titled + row * len(classes) + 2 * pad
    margin = round(0.9 * text_px)
    left = margin if style.corner.endswith("left") else width - margin - panel_width
    top = margin if style.corner.startswith("top") else height - margin - panel_height
    fill_box(pixels, (left, top, left + panel_width, top + panel_height), PANEL, PANEL_OPACITY, pad)
    x, y = left + pad, top + pad
    if style.title:
        write_text(pixels, style.title, x, y, round(0.85 * text_px), FAINT)
    for place, (each, name) in enumerate(zip(classes, names, strict=True)):
        line = y + titled + place * row
        _draw_row(pixels, each, name, (x, line), inner, text_px, style.color)


def _draw_row(
    pixels: Pixels, each: ClassScore, name: str, place: tuple[int, int], inner: int, text_px: int, color: RGB
) -> None:
    x, line = place
    percent = f"{100 * each.score:.0f} %"
    number = text_mask(percent, text_px)
    write_text(pixels, name, x, line, text_px, INK)
    write_text(pixels, percent, x + inner - number.shape[1], line, text_px, INK)
    bar_top, thickness = line + line_height(text_px), max(round(0.2 * text_px), 2)
    fill_box(pixels, (x, bar_top, x + inner, bar_top + thickness), INK, 0.18, thickness // 2)
    fill_box(
        pixels, (x, bar_top, x + round(inner * each.score), bar_top + thickness), color, 1.0, thickness // 2
    )


def _shortened(name: str) -> str:
    return name if len(name) <= MOST_CHARACTERS else f"{name[: MOST_CHARACTERS - 1]}…"
