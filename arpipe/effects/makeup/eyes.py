"""Liner, lashes and irises of both eyes."""

import math
from abc import ABC, abstractmethod

import numpy as np

from arpipe.effects.makeup.coat import Coat, Surface, Value
from arpipe.effects.makeup.curves import Floats, Indices, grid_triangles, repeat
from arpipe.effects.makeup.eye_colors import SIDES, iris_circle
from arpipe.effects.makeup.eye_lines import (
    LASH_POINTS,
    LASHES,
    LINE_POINTS,
    WING_POINTS,
    Eyes,
    lashes,
    lower_liner,
    upper_liner,
)
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.person import Complexion
from arpipe.effects.makeup.pigment import RgbColor, linear
from arpipe.effects.makeup.shapes import opening_surface, opening_vertices
from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE

MIN_SOFT_PX, SOFT_MM = 0.6, 0.12
SOFT_PER_BLUR = 1.5  # half the width of the linear edge that looks like a blurred one
EYE_POINTS, OPENING_STEPS = 16, 4
LID_FEATHER_MM = 0.7
IRIS_SOFT_PX = 1.2
OWN_DARKNESS = 0.25  # exponent; dark irises shine through a little, and pale ones on a dark face would glow


class _LinePainter(ABC):
    """Draws lines along both eyes.

    Args:
        color: sRGB in [0, 1].
        opacity: In [0, 1].
        vertices: Number of vertices.
        triangles: (m, 3) indices.
    """

    def __init__(self, color: RgbColor, opacity: float, vertices: int, triangles: Indices) -> None:
        self._color, self._opacity = color, opacity
        self.surface = Surface("line", vertices, triangles)

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        shown = face.complexion.shown(linear(self._color))
        soft_px = math.hypot(max(MIN_SOFT_PX, SOFT_MM * face.px_per_mm), SOFT_PER_BLUR * face.blur_px)
        values: dict[str, Value] = {
            "pigment": [*shown.tolist(), self._opacity * face.presence],
            "soft": soft_px,
        }
        return Coat(self.surface, self._lines(Eyes.of(face), face.px_per_mm, soft_px), values)

    @abstractmethod
    def _lines(self, eyes: Eyes, px_per_mm: float, soft_px: float) -> Floats:
        """Return the (n, 6) vertices of the lines, with room for edges that reach `soft_px` beyond them."""


class LinerPainter(_LinePainter):
    """Draws eyeliner.

    Args:
        color: sRGB in [0, 1].
        opacity: In [0, 1].
        thickness_mm: Thickness over the outer half of the lid, mm.
        wing_mm: Length of the wing beyond the corner of the eye, mm.
        lower: Opacity of the line under the lower lashes, relative to the upper one.
    """

    def __init__(
        self,
        color: RgbColor,
        opacity: float,
        thickness_mm: float,
        wing_mm: float,
        lower: float,
    ) -> None:
        self._thickness_mm, self._wing_mm, self._lower = thickness_mm, wing_mm, lower
        upper = LINE_POINTS + WING_POINTS
        triangles = repeat(grid_triangles(2, upper, False), 2, 2 * upper)
        vertices = 4 * upper
        if lower > 0:
            ribbons = repeat(grid_triangles(2, LINE_POINTS, False), 2, 2 * LINE_POINTS)
            triangles = np.concatenate([triangles, ribbons + vertices])
            vertices += 4 * LINE_POINTS
        super().__init__(color, opacity, vertices, triangles)

    def _lines(self, eyes: Eyes, px_per_mm: float, soft_px: float) -> Floats:
        thickness_px = self._thickness_mm * px_per_mm
        lines = upper_liner(eyes, thickness_px, self._wing_mm * px_per_mm, px_per_mm, soft_px)
        if self._lower > 0:
            lines = np.concatenate([lines, lower_liner(eyes, 0.6 * thickness_px, self._lower, soft_px)])
        return lines


class LashPainter(_LinePainter):
    """Draws lashes.

    Args:
        color: sRGB in [0, 1].
        opacity: In [0, 1].
        length_mm: Length of the longest lash, mm.
        volume: Thickness relative to natural lashes.
        curl: 0 straight, 1 curled upwards.
        lower: Opacity of the lower lashes, relative to the upper ones.
    """

    def __init__(
        self,
        color: RgbColor,
        opacity: float,
        length_mm: float,
        volume: float,
        curl: float,
        lower: float,
    ) -> None:
        self._length_mm, self._volume, self._curl, self._lower = length_mm, volume, curl, lower
        stroke = grid_triangles(2, LASH_POINTS, False)
        triangles = repeat(stroke, 2 * LASHES, 2 * LASH_POINTS)
        super().__init__(color, opacity, 4 * LASHES * LASH_POINTS, triangles)

    def _lines(self, eyes: Eyes, px_per_mm: float, soft_px: float) -> Floats:
        width_px = 0.3 * self._volume * px_per_mm
        return lashes(eyes, self._length_mm * px_per_mm, width_px, self._curl, self._lower, soft_px)


class IrisPainter:
    """Changes the colour of irises.

    Args:
        color: sRGB in [0, 1].
        opacity: In [0, 1].
    """

    def __init__(self, color: RgbColor, opacity: float) -> None:
        self._color, self._opacity = color, opacity
        self.surface = opening_surface("iris", EYE_POINTS, OPENING_STEPS, len(SIDES))

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        complexion = face.complexion
        circles, vertices = np.zeros((len(SIDES), 4)), []
        for number, side in enumerate(SIDES):
            center, radius = iris_circle(face.tracked, side)
            circles[number] = *center, radius, complexion.pupils[number]
            values = float(number), float(np.mean(face.facing(f"{side}_eye"))), 0.0
            vertices.append(opening_vertices(face, f"{side}_eye", OPENING_STEPS, LID_FEATHER_MM, *values))
        return Coat(
            self.surface,
            np.concatenate(vertices),
            {
                "color": iris_color(linear(self._color), complexion).tolist(),
                "opacity": self._opacity * face.presence,
                "soft": max(IRIS_SOFT_PX, SOFT_PER_BLUR * face.blur_px),
                "circle": circles,
            },
        )


def iris_color(color: Array, complexion: Complexion) -> Array:
    """Return how a (3,) linear colour looks as an iris, in the light on the eyes; darker where the irises are dark."""
    lit = color * float(complexion.eye_light)
    own = float(complexion.irises @ LUMINANCE) / max(float(complexion.white @ LUMINANCE), 1e-3)
    dark = min(own / max(float(lit @ LUMINANCE), 1e-4), 1.0) ** OWN_DARKNESS
    return complexion.shown(lit * dark)
