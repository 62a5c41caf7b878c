"""Soft shadows: drawn apart from the picture, which may be copied meanwhile, and coarsely.

They are smooth, so a large face costs no more than a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.render.canvas import Copier, RegionCanvas, read_back
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, Phase, Scene
from arpipe.render.resources import Target
from arpipe.render.view import Region, View
from arpipe.types import Pixels

# Of one region of a stream: the shadow on a face 210 px wide has half as many as pixels along each axis.
MOST_SAMPLES = 12_000


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """Shadows being drawn over one region.

    Attributes:
        region: Where.
        samples: Columns and rows of samples over it.
        target: Holds the share of the picture's codes that is left.
    """

    region: Region
    samples: tuple[int, int]
    target: Target

    def darken(self, pixels: Pixels) -> None:
        """Leave that share of the picture (h, w, 3) RGB, in place; waits for the drawing."""
        share = cv2.cvtColor(read_back(self.target, *self.samples), cv2.COLOR_RGBA2RGB)
        size = self.region.width, self.region.height
        if self.samples != size:
            share = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)
        place = pixels[self.region.rows, self.region.columns]
        cv2.multiply(place, share, dst=place, scale=1.0 / 255.0)


def draw_shade(
    context: GlContext, copier: Copier, scene: Scene, layers: Sequence[Layer], region: Region, role: str
) -> Shade:
    """Let layers draw shadows over one region; does not wait for it.

    Args:
        context: Where.
        copier: Of the canvas.
        scene: The frame.
        layers: That draw.
        region: Where.
        role: Of the target: what is drawn in one frame lies in different ones.
    """
    pixels = _pixels_a_sample(scene, region)
    samples = -(-region.width // pixels), -(-region.height // pixels)
    target = context.resources.target(role, *samples)
    target.framebuffer.use()
    target.framebuffer.clear(1.0, 1.0, 1.0, 1.0)
    view = View.of_region(scene.camera, region)
    canvas = RegionCanvas(context, Phase.SHADE, region, view, scene.config, samples, target, copier)
    canvas.draw(layers)
    return Shade(region, samples, target)


def _pixels_a_sample(scene: Scene, region: Region) -> int:
    """Along each axis; one in photos, which have the time."""
    if scene.is_first:
        return 1
    return max(1, round(float(np.sqrt(region.width * region.height / MOST_SAMPLES))))
