"""Draws the picture and the panels into a window."""

from collections.abc import Mapping

import cv2
import moderngl
import numpy as np

from arpipe.apps.window.canvas import Box, Panel
from arpipe.apps.window.placement import PlacedPanel
from arpipe.render.context import GlContext
from arpipe.types import Pixels

BACKGROUND = (0.055, 0.06, 0.072)  # beside the picture


class Screen:
    """Draws the contents of a window.

    Args:
        context: OpenGL of the window; closing it releases the objects of the screen.
    """

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._program = context.resources.program("screen.vert", "screen.frag", shaders=__package__)
        self._rectangle = context.gl.vertex_array(self._program.compiled, [])
        self._picture: moderngl.Texture | None = None
        self._panels: dict[str, tuple[Panel, moderngl.Texture]] = {}

    def take(self, pixels: Pixels) -> None:
        """Upload a picture, (h, w, 3) uint8 RGB; it is drawn from the next `draw` on."""
        # Four bytes per pixel: with three, rows are unaligned, and drivers copy them many times slower.
        rgba = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA), np.uint8)
        if self._picture is not None and self._picture.size != (rgba.shape[1], rgba.shape[0]):
            self._context.resources.release(self._picture)
            self._picture = None
        if self._picture is None:
            self._picture = self._context.resources.texture(rgba)
        else:
            self._picture.write(rgba)

    def draw(
        self,
        size_px: tuple[int, int],
        scale: float,
        panels: Mapping[str, PlacedPanel],
        *,
        mirror: bool,
        brightness: float = 1.0,
    ) -> None:
        """Draw everything; afterwards, the window has to be swapped.

        Args:
            size_px: Size of the window.
            scale: Pixels per unit.
            panels: Panels by name; one that is the same array as before is not uploaded again.
            mirror: Flip the picture horizontally.
            brightness: Brightness of the picture, 0 to 1.
        """
        gl = self._context.gl
        gl.screen.use()
        gl.screen.viewport = (0, 0, *size_px)
        gl.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)
        gl.screen.clear(*BACKGROUND)
        if self._picture is not None:
            gl.enable_only(moderngl.NOTHING)
            place = fitted(self._picture.size, size_px)
            exact = (round(place[2] - place[0]), round(place[3] - place[1])) == self._picture.size
            self._picture.filter = (moderngl.NEAREST,) * 2 if exact else (moderngl.LINEAR,) * 2
            self._program.set("u_opacity", 1.0)
            self._rectangle_at(self._picture, place, size_px, mirror, brightness)
        gl.enable_only(moderngl.BLEND)
        for name in [name for name in self._panels if name not in panels]:
            self._context.resources.release(self._panels.pop(name)[1])
        for name, placed in panels.items():
            texture = self._panel_texture(name, placed.panel)
            self._program.set("u_opacity", placed.opacity)
            self._rectangle_at(texture, placed.box_px(size_px, scale), size_px, False, 1.0)
        if self._context.is_software:
            gl.finish()  # so that its duration is known before the swap

    def picture_px(self, size_px: tuple[int, int]) -> Box | None:
        """Return the place of the picture in a window of this size; None before the first picture."""
        return None if self._picture is None else fitted(self._picture.size, size_px)

    def read(self, size_px: tuple[int, int]) -> Pixels:
        """Return what was drawn since the last swap, (h, w, 3) uint8 RGB."""
        raw = self._context.gl.screen.read(viewport=(0, 0, *size_px), components=3, alignment=1)
        return np.frombuffer(raw, np.uint8).reshape(size_px[1], size_px[0], 3)[::-1].copy()

    def close(self) -> None:
        """Release what `GlContext.close` does not release; may be called twice."""
        self._rectangle.release()

    def _panel_texture(self, name: str, panel: Panel) -> moderngl.Texture:
        known = self._panels.get(name)
        if known is not None:
            if known[0] is panel:
                return known[1]
            self._context.resources.release(known[1])
        texture = self._context.resources.texture(panel)
        self._panels[name] = (panel, texture)
        return texture

    def _rectangle_at(
        self,
        texture: moderngl.Texture,
        box: Box,
        size_px: tuple[int, int],
        mirror: bool,
        brightness: float,
    ) -> None:
        width, height = size_px
        left, top, right, bottom = box
        self._program.set(
            "u_place",
            (2 * left / width - 1, 1 - 2 * top / height, 2 * right / width - 1, 1 - 2 * bottom / height),
        )
        self._program.set("u_mirror", float(mirror))
        self._program.set("u_dim", brightness)
        texture.use(0)
        self._rectangle.render(moderngl.TRIANGLE_STRIP, vertices=4)


def fitted(inner: tuple[int, int], outer: tuple[int, int]) -> Box:
    """Fit `inner` into `outer`, centred, with its aspect ratio kept; returns left, top, right, bottom."""
    factor = min(outer[0] / inner[0], outer[1] / inner[1])
    width, height = inner[0] * factor, inner[1] * factor
    left, top = (outer[0] - width) / 2.0, (outer[1] - height) / 2.0
    return left, top, left + width, top + height
