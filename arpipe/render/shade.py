"""Soft shadows, drawn coarsely into a target of their own while the picture is being copied.

They are smooth, so that a large face costs no more than a small one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.render.base_canvas import Phase
from arpipe.render.canvas import RegionCanvas, Tools, read_back
from arpipe.render.layer import Layer, Scene
from arpipe.render.resources import Target
from arpipe.render.view import Region, View
from arpipe.types import Pixels

# Per region of a stream: half as many samples as pixels along each axis for the shadow on a face 140 px wide.
MAX_SAMPLES = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """Shadows that are being drawn over one region.

    Attributes:
        region: The region.
        samples: Columns and rows of samples over it.
        target: Factors for the sRGB codes of the picture.
    """

    region: Region
    samples: tuple[int, int]
    target: Target

    def darken(self, pixels: Pixels) -> None:
        """Multiply the picture (h, w, 3) RGB by the factors, in place; waits for the drawing to finish."""
        factors = cv2.cvtColor(read_back(self.target, *self.samples), cv2.COLOR_RGBA2RGB)
        darken(pixels[self.region.part], np.asarray(factors, np.uint8))


def draw_shade(tools: Tools, scene: Scene, layers: Sequence[Layer], region: Region, role: str) -> Shade:
    """Draw the shadows of layers over one region, without waiting for OpenGL.

    Args:
        tools: What draws.
        scene: The frame.
        layers: Layers to draw.
        region: The region.
        role: Role of the target; regions of one frame need different ones.
    """
    samples = shade_samples(scene, region)
    target = tools.context.resources.target(role, *samples)
    target.framebuffer.use()
    target.framebuffer.clear(1.0, 1.0, 1.0, 1.0)
    view = View.of_region(scene.camera, region)
    canvas = RegionCanvas(tools, Phase.SHADE, region, view, scene.config, samples, target)
    canvas.draw(layers)
    return Shade(region, samples, target)


def shade_samples(scene: Scene, region: Region) -> tuple[int, int]:
    """Return columns and rows of samples for the shadows in a region: one for each pixel in photos."""
    pixels = 1.0
    if not scene.is_first:  # time matters
        pixels = max(1.0, math.sqrt(region.width * region.height / MAX_SAMPLES))
    return math.ceil(region.width / pixels), math.ceil(region.height / pixels)


def darken(pixels: Pixels, factors: Pixels) -> None:
    """Multiply a region of the picture by shadows, in place.

    Args:
        pixels: (height, width, 3) RGB, the region.
        factors: (rows, columns, 3) factors of the sRGB codes, 255 for 1.
    """
    size = pixels.shape[1], pixels.shape[0]
    if factors.shape[1::-1] != size:
        factors = np.asarray(cv2.resize(factors, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    cv2.multiply(pixels, factors, dst=pixels, scale=1.0 / 255.0)
