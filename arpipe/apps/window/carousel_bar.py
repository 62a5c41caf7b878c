"""The carousel: a row of previews to choose from."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from arpipe.apps.window.canvas import ACCENT, FAINT, TEXT, PanelCanvas, printable, text_width
from arpipe.apps.window.placement import Hotspot, Sheet, TileTarget
from arpipe.types import Pixels

TILE, TILE_GAP, TILES = 92, 10, 7
TOP = 14
HEIGHT = TILE + 54
MIN_TILES_FOR_HINT = 4  # fewer leave room for the title only
PLACEHOLDER, PLACEHOLDER_TEXT = (44, 48, 57, 255), (122, 129, 143, 255)


class CarouselView:
    """The part of the carousel that is visible: it follows the selection, and the wheel moves it.

    Args:
        count: Number of choices.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._seen: tuple[int, int] | None = None  # selection and number of tiles, as last shown
        self._first = 0

    def first(self, selected: int, shown: int) -> int:
        """Return the index of the leftmost of the tiles that are shown.

        A selection that is out of sight when it, or the number of tiles, changes comes into the middle.
        """
        if (selected, shown) != self._seen:
            self._seen = (selected, shown)
            if not 1 <= (selected - self._first) % self._count < shown - 1:
                self._first = (selected - shown // 2) % self._count
        return self._first

    def scroll(self, tiles: int) -> None:
        """Move the view to the right, without changing the selection."""
        self._first = (self._first + tiles) % self._count


class Thumbnails:
    """Previews in the size of the tiles, each scaled once."""

    def __init__(self) -> None:
        self._scaled: dict[tuple[int, int], tuple[Pixels, Pixels]] = {}

    def scaled(self, index: int, preview: Pixels, side_px: int) -> Pixels:
        """Return the preview of a choice, (side_px, side_px, 3) uint8 RGB."""
        known = self._scaled.get((index, side_px))
        if known is None or known[0] is not preview:
            known = (preview, _resized(preview, side_px))
            self._scaled[index, side_px] = known
        return known[1]


def tiles_in(width_px: int, scale: float) -> int:
    """Return how many tiles fit into a window."""
    fitting = int((width_px / scale - 60) // (TILE + TILE_GAP))
    return max(1, min(TILES, fitting))


def carousel(
    titles: Sequence[str],
    previews: Sequence[Pixels | None],
    selected: int,
    shown: Sequence[int],
    scale: float,
    thumbnails: Thumbnails,
) -> Sheet:
    """Draw a row of previews, with the title of the selected one below.

    Args:
        titles: Titles of all choices.
        previews: Previews of all choices; None for a placeholder.
        selected: Index of the selected choice.
        shown: Indices of the visible ones, from left to right.
        scale: Pixels per unit.
        thumbnails: Keeps the scaled previews.
    """
    width = len(shown) * (TILE + TILE_GAP) + TILE_GAP + 12
    canvas = PanelCanvas(width, HEIGHT, scale, 20)
    hotspots = []
    side_px = max(1, round(TILE * scale))
    for place, index in enumerate(shown):
        x, y = 6 + TILE_GAP + place * (TILE + TILE_GAP), TOP
        if index == selected:
            canvas.rounded((x - 4, y - 4, x + TILE + 4, y + TILE + 4), 16, ACCENT)
        preview = previews[index]
        if preview is None:
            _placeholder(canvas, titles[index], x, y)
        else:
            canvas.picture(thumbnails.scaled(index, preview, side_px), (x, y), TILE, 12)
        if 1 <= index <= 9:
            canvas.rounded((x + 5, y + 5, x + 23, y + 23), 9, (17, 19, 24, 170))
            canvas.text((x + 14, y + 14), str(index), 12, TEXT, "mm")
        label = "" if index == selected else titles[index]
        hotspots.append(Hotspot((x, y, x + TILE, y + TILE), TileTarget(index), label, 12))
    canvas.text((width / 2, TILE + 35), titles[selected], 17, TEXT, "mm")
    if len(shown) >= MIN_TILES_FOR_HINT:
        canvas.text((width - 20, TILE + 35), "H  all keys", 13, FAINT, "rm")
        canvas.text((20, TILE + 35), f"{selected or '–'} of {len(titles) - 1}", 13, FAINT)
    return Sheet(canvas.finish(), tuple(hotspots))


def _placeholder(canvas: PanelCanvas, title: str, x: float, y: float) -> None:
    """Draw the title in place of a preview that is missing."""
    canvas.rounded((x, y, x + TILE, y + TILE), 12, PLACEHOLDER)
    text = printable(title)
    while text_width(text, 13, canvas.scale) > TILE - 12:
        text = f"{text.rstrip('.')[:-1]}..."
    canvas.text((x + TILE / 2, y + TILE / 2), text, 13, PLACEHOLDER_TEXT, "mm")


def _resized(preview: Pixels, side_px: int) -> Pixels:
    return np.asarray(Image.fromarray(preview).resize((side_px, side_px), Image.Resampling.LANCZOS), np.uint8)
