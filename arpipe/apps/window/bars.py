"""Carousel and toolbar, which appear when the mouse moves and fade some seconds later."""

import time
from collections.abc import Set
from functools import lru_cache

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.window.canvas import Panel, PanelCanvas
from arpipe.apps.window.carousel_bar import CarouselView, Thumbnails, carousel, tiles_in
from arpipe.apps.window.placement import Hit, PlacedPanel, Sheet
from arpipe.apps.window.sheet_cache import SheetCache
from arpipe.apps.window.toolbar import toolbar, tooltip
from arpipe.controls.actions import Action
from arpipe.timing import Clock
from arpipe.types import Pixels

CAROUSEL_S, FIRST_S, MOUSE_S, FADE_S = 4.0, 8.0, 3.0, 0.4
CAROUSEL_LIFT = 158.0
"""How far other panels are moved to make room for the carousel, units."""
TOOLTIP_GAP = 10.0
HIGHLIGHT = (255, 255, 255, 34)


class FadingBars:
    """The bars, and what lies below the pointer on any panel.

    Args:
        choices: The selection of effects.
        clock: Monotonic seconds.

    Attributes:
        previews: Previews of the carousel's choices; None where there is none.
    """

    def __init__(self, choices: Carousel, clock: Clock = time.monotonic) -> None:
        self.previews: list[Pixels | None] = [None] * len(choices.choices)
        self._choices, self._clock = choices, clock
        self._view, self._thumbnails = CarouselView(len(choices.choices)), Thumbnails()
        self._cache = SheetCache()
        self._carousel_until_s = self._toolbar_until_s = clock() + FIRST_S

    @property
    def carousel_opacity(self) -> float:
        """Opacity of the carousel, 0 to 1."""
        return _fading(self._clock() - self._carousel_until_s)

    @property
    def toolbar_opacity(self) -> float:
        """Opacity of the toolbar, 0 to 1."""
        return _fading(self._clock() - self._toolbar_until_s)

    def wake(self) -> None:
        """Show both bars for a while."""
        until_s = self._clock() + MOUSE_S
        self._carousel_until_s = max(self._carousel_until_s, until_s)
        self._toolbar_until_s = max(self._toolbar_until_s, until_s)

    def show_carousel(self) -> None:
        """Show the carousel for a while."""
        self._carousel_until_s = max(self._carousel_until_s, self._clock() + CAROUSEL_S)

    def hide(self) -> None:
        """Hide both bars at once."""
        self._carousel_until_s = self._toolbar_until_s = self._clock() - FADE_S

    def scroll(self, tiles: int) -> None:
        """Move the visible part of the carousel to the right."""
        self._view.scroll(tiles)

    def carousel_panel(self, size_px: tuple[int, int], scale: float) -> PlacedPanel:
        """Return the carousel."""
        selected, count = self._choices.index, len(self._choices.choices)
        shown = min(tiles_in(size_px[0], scale), count)
        first = self._view.first(selected, shown)
        drawn = sum(preview is not None for preview in self.previews)

        def draw() -> Sheet:
            titles = [choice.title for choice in self._choices.choices]
            indices = [(first + place) % count for place in range(shown)]
            return carousel(titles, self.previews, selected, indices, scale, self._thumbnails)

        sheet = self._cache.sheet("carousel", (selected, first, shown, drawn, scale), draw)
        opacity = self.carousel_opacity
        return PlacedPanel(sheet.panel, "bottom", opacity=opacity, hotspots=sheet.hotspots)

    def toolbar_panel(self, active: Set[Action], scale: float, lift: float) -> PlacedPanel:
        """Return the toolbar.

        Args:
            active: Actions whose state is on.
            scale: Pixels per unit.
            lift: Height at the bottom of the window that is left free, units.
        """
        sheet = self._cache.sheet("toolbar", (frozenset(active), scale), lambda: toolbar(active, scale))
        return PlacedPanel(sheet.panel, "right", lift, opacity=self.toolbar_opacity, hotspots=sheet.hotspots)

    def hover(self, found: Hit, size_px: tuple[int, int], scale: float) -> dict[str, PlacedPanel]:
        """Return the highlight of what lies below the pointer, and its tooltip; bars below it stay visible."""
        self.wake()
        hotspot, (left, top, right, bottom) = found.hotspot, found.box_px
        shown: dict[str, PlacedPanel] = {}
        if hotspot is None:
            return shown
        if hotspot.radius is not None:
            panel = _highlight(round(right - left), round(bottom - top), hotspot.radius * scale)
            shown["highlight"] = PlacedPanel(panel, at_px=(left, top))
        if hotspot.label:
            label = hotspot.label
            tip = self._cache.sheet("tooltip", (label, scale), lambda: tooltip(label, scale)).panel
            height, width = tip.shape[:2]
            gap = TOOLTIP_GAP * scale
            at = (left - width - gap, (top + bottom - height) / 2)
            if found.panel != "toolbar":
                middle = (left + right - width) / 2
                at = (min(max(middle, gap), size_px[0] - width - gap), top - height - gap)
            shown["tooltip"] = PlacedPanel(tip, at_px=at)
        return shown


def _fading(late_s: float) -> float:
    """Return the opacity of a bar whose time was over some seconds ago."""
    return min(max(1.0 - late_s / FADE_S, 0.0), 1.0)


@lru_cache(maxsize=32)
def _highlight(width: int, height: int, radius: float) -> Panel:
    canvas = PanelCanvas(width, height, 1.0, radius, HIGHLIGHT)
    return canvas.finish()
