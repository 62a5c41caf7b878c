"""Where panels lie in the window, and what the mouse finds there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arpipe.apps.window.canvas import Box, Panel
from arpipe.controls.actions import Action
from arpipe.controls.config import ParameterValue

Corner = Literal["middle", "top", "top left", "top right", "right", "bottom"]
MARGIN = 18.0  # between panels and the edge of the window, units


@dataclass(frozen=True, slots=True)
class TileTarget:
    """A choice of the carousel, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class SliderTarget:
    """A range of values: the place on it is the value of a parameter."""

    key: str


@dataclass(frozen=True, slots=True)
class ValueTarget:
    """A value of a parameter; None for the effect's own value."""

    key: str
    value: ParameterValue | None


@dataclass(frozen=True, slots=True)
class ResetTarget:
    """Return to the effect's own parameters."""


Target = Action | TileTarget | SliderTarget | ValueTarget | ResetTarget


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A part of a panel that can be clicked.

    Attributes:
        box: Its place in the panel, units.
        target: What it is for.
        label: What a tooltip says; "" for no tooltip.
        radius: Radius of its corners, units; None for no highlight.
    """

    box: Box
    target: Target
    label: str = ""
    radius: float | None = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A panel, and its parts that can be clicked."""

    panel: Panel
    hotspots: tuple[Hotspot, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPanel:
    """A panel in the window.

    Attributes:
        panel: The panel.
        corner: The corner or edge it belongs to.
        lift, inset: Additional distance from the horizontal and the vertical edge, units.
        opacity: 0 to 1.
        hotspots: Its parts that can be clicked.
        at_px: Its left upper corner in the window, instead of `corner`.
    """

    panel: Panel
    corner: Corner = "middle"
    lift: float = 0.0
    inset: float = 0.0
    opacity: float = 1.0
    hotspots: tuple[Hotspot, ...] = ()
    at_px: tuple[float, float] | None = None

    def box_px(self, size_px: tuple[int, int], scale: float) -> Box:
        """Return its place in a window of this size, px, with `scale` pixels per unit."""
        height, width = self.panel.shape[:2]
        if self.at_px is not None:
            left, top = self.at_px
        else:
            left, top = self._corner_px(size_px, scale)
        left, top = round(left), round(top)  # on whole pixels, so that panels stay sharp
        return left, top, left + width, top + height

    def _corner_px(self, size_px: tuple[int, int], scale: float) -> tuple[float, float]:
        height, width = self.panel.shape[:2]
        margin, lift, inset = MARGIN * scale, self.lift * scale, self.inset * scale
        left, top = (size_px[0] - width) / 2.0, (size_px[1] - height - lift) / 2.0
        if "left" in self.corner:
            left = margin + inset
        elif "right" in self.corner:
            left = size_px[0] - width - margin - inset
        if self.corner.startswith("top"):
            top = margin + lift
        elif self.corner.startswith("bottom"):
            top = size_px[1] - height - margin - lift
        return left, top


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies below the pointer.

    Attributes:
        panel: Name of the panel.
        hotspot: The part of the panel, or None beside all parts.
        box_px: Place of the part, or of the panel, in the window.
    """

    panel: str
    hotspot: Hotspot | None
    box_px: Box


def hit(
    panels: Mapping[str, PlacedPanel], size_px: tuple[int, int], scale: float, at_px: tuple[float, float]
) -> Hit | None:
    """Find the highest clickable panel below a point, px; None for the picture."""
    for name, placed in reversed(list(panels.items())):
        box = placed.box_px(size_px, scale)
        if not placed.hotspots or not _contains(box, at_px):
            continue
        for hotspot in placed.hotspots:
            left, top, right, bottom = (edge * scale for edge in hotspot.box)
            part = (box[0] + left, box[1] + top, box[0] + right, box[1] + bottom)
            if _contains(part, at_px):
                return Hit(name, hotspot, part)
        return Hit(name, None, box)
    return None


def _contains(box: Box, at: tuple[float, float]) -> bool:
    return box[0] <= at[0] < box[2] and box[1] <= at[1] < box[3]
