"""Soft shadows, drawn coarsely into a target of their own while the picture is being copied.

They are smooth, so that a large face costs no more than a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.render.canvas import RegionCanvas, Tools, read_back
from arpipe.render.layer import Layer, Phase, Scene
from arpipe.render.resources import Target
from arpipe.render.view import Region, View
from arpipe.types import Pixels

# Per region of a stream: half as many samples as pixels along each axis for the shadow on a face 150 px wide.
MAX_SAMPLES = 6_000


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
        size = self.region.width, self.region.height
        if self.samples != size:
            factors = cv2.resize(factors, size, interpolation=cv2.INTER_LINEAR)
        place = pixels[self.region.rows, self.region.columns]
        cv2.multiply(place, factors, dst=place, scale=1.0 / 255.0)


def draw_shade(tools: Tools, scene: Scene, layers: Sequence[Layer], region: Region, role: str) -> Shade:
    """Draw the shadows of layers over one region, without waiting for OpenGL.

    Args:
        tools: What draws.
        scene: The frame.
        layers: Layers to draw.
        region: The region.
        role: Role of the target; regions of one frame need different ones.
    """
    pixels = _pixels_per_sample(scene, region)
    samples = -(-region.width // pixels), -(-region.height // pixels)
    target = tools.context.resources.target(role, *samples)
    target.framebuffer.use()
    target.framebuffer.clear(1.0, 1.0, 1.0, 1.0)
    view = View.of_region(scene.camera, region)
    canvas = RegionCanvas(tools, Phase.SHADE, region, view, scene.config, samples, target)
    canvas.draw(layers)
    return Shade(region, samples, target)


def _pixels_per_sample(scene: Scene, region: Region) -> int:
    """Pixels per sample along each axis; 1 in photos, where time does not matter."""
    if scene.is_first:
        return 1
    return max(1, round(float(np.sqrt(region.width * region.height / MAX_SAMPLES))))
