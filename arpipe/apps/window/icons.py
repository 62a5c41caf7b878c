"""Icons of the toolbar, drawn on a grid of 24 units as antialiased masks."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

from arpipe.apps.window.canvas import SMOOTHING, Box

GRID = 24.0
STROKE = 1.8

Point = tuple[float, float]


class IconPen:
    """Draws white shapes on a black square.

    Args:
        side_px: Side of the square, px.
    """

    def __init__(self, side_px: int) -> None:
        self.image = Image.new("L", (side_px, side_px), 0)
        self._draw = ImageDraw.Draw(self.image)
        self._unit_px = side_px / GRID

    def line(self, *points: Point) -> None:
        """Draw a line with round ends and corners."""
        width = STROKE * self._unit_px
        self._draw.line([self._px(point) for point in points], 255, round(width), "curve")
        for point in points:
            self.disc(point, STROKE / 2)

    def disc(self, centre: Point, radius: float, level: int = 255) -> None:
        """Fill a circle; level 0 cuts a hole."""
        self._draw.ellipse(self._around(centre, radius), level)

    def ring(self, centre: Point, radius: float) -> None:
        """Draw a circle."""
        self._draw.ellipse(self._around(centre, radius), None, 255, round(STROKE * self._unit_px))

    def block(self, box: Box, radius: float) -> None:
        """Fill a rectangle with round corners."""
        self._draw.rounded_rectangle(self._scaled(box), radius * self._unit_px, 255)

    def frame(self, box: Box, radius: float) -> None:
        """Draw a rectangle with round corners."""
        self._draw.rounded_rectangle(
            self._scaled(box), radius * self._unit_px, None, 255, round(STROKE * self._unit_px)
        )

    def shape(self, points: Sequence[Point]) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._px(point) for point in points], 255)

    def half_disc(self, centre: Point, radius: float) -> None:
        """Fill the upper half of a circle."""
        self._draw.pieslice(self._around(centre, radius), 180, 360, 255)

    def _px(self, point: Point) -> Point:
        return point[0] * self._unit_px, point[1] * self._unit_px

    def _scaled(self, box: Box) -> Box:
        return (*self._px(box[:2]), *self._px(box[2:]))

    def _around(self, centre: Point, radius: float) -> Box:
        x, y = centre
        return self._scaled((x - radius, y - radius, x + radius, y + radius))


def _camera(pen: IconPen) -> None:
    pen.block((8.5, 4.2, 15.5, 8.5), 1.6)
    pen.frame((2.5, 6.5, 21.5, 19.5), 3)
    pen.ring((12, 13), 3.9)


def _record(pen: IconPen) -> None:
    pen.disc((12, 12), 7.5)


def _stop(pen: IconPen) -> None:
    pen.block((5.5, 5.5, 18.5, 18.5), 3)


def _background(pen: IconPen) -> None:
    pen.frame((2.5, 3.5, 21.5, 20.5), 3)
    pen.disc((12, 10), 3.2)
    pen.half_disc((12, 20), 5.6)


def _adjust(pen: IconPen) -> None:
    for y, knob in ((6.0, 15.5), (12.0, 8.0), (18.0, 13.5)):
        pen.line((3.5, y), (20.5, y))
        pen.disc((knob, y), 4.1, 0)
        pen.disc((knob, y), 2.6)


def _mirror(pen: IconPen) -> None:
    for y in (3.0, 8.5, 14.0, 19.5):
        pen.line((12, y), (12, y + 1.8))
    pen.line((8.5, 6.5), (8.5, 17.5), (2.8, 17.5), (8.5, 6.5))
    pen.shape(((15.0, 5.5), (15.0, 18.4), (21.8, 18.4)))


def _pause(pen: IconPen) -> None:
    pen.block((6, 5, 10, 19), 1.5)
    pen.block((14, 5, 18, 19), 1.5)


def _play(pen: IconPen) -> None:
    pen.shape(((8, 5), (8, 19), (19.5, 12)))


def _full_screen(pen: IconPen) -> None:
    for x, y, dx, dy in ((3.5, 4, 5, 5), (20.5, 4, -5, 5), (3.5, 20, 5, -5), (20.5, 20, -5, -5)):
        pen.line((x + dx, y), (x, y), (x, y + dy))


def _help(pen: IconPen) -> None:
    pen.ring((12, 12), 9.6)
    pen.line(
        (9.3, 9.6), (10.2, 7.8), (12, 7.1), (13.9, 7.8), (14.6, 9.6), (13.8, 11.2), (12, 12.4), (12, 13.8)
    )
    pen.disc((12, 16.9), 1.15)


ICONS: dict[str, Callable[[IconPen], None]] = {
    "camera": _camera,
    "record": _record,
    "stop": _stop,
    "background": _background,
    "adjust": _adjust,
    "mirror": _mirror,
    "pause": _pause,
    "play": _play,
    "full_screen": _full_screen,
    "help": _help,
}
"""Name → how it is drawn."""


@lru_cache(maxsize=64)
def icon_mask(name: str, side_px: int) -> Image.Image:
    """Return an icon as a mask of `side_px` by `side_px`."""
    pen = IconPen(side_px * SMOOTHING)
    ICONS[name](pen)
    return pen.image.resize((side_px, side_px), Image.Resampling.BOX)
