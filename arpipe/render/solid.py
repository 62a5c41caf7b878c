"""Solid geometry, drawn with several samples per pixel over a magnified copy of the picture, then averaged.

Averaging reproduces untouched pixels bit for bit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.render.base_canvas import Phase
from arpipe.render.canvas import RegionCanvas, Tools, color_of, linear_light, read_back
from arpipe.render.grain import Grain
from arpipe.render.layer import Layer, Scene
from arpipe.render.resources import Target, depth_only
from arpipe.render.softening import match_look
from arpipe.render.view import Region, View
from arpipe.types import Pixels

# Rims thinner than a pixel look like dotted lines with few samples. Small regions get as many as a medium one has
# anyway; in photos and in the first frame of a stream, time matters less.
MAX_SUPERSAMPLE, SMALL_SAMPLES = 6, 80_000
FIRST_SUPERSAMPLE, FIRST_SAMPLES = 3, 800_000


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A region that is being drawn.

    Attributes:
        region: The region.
        scale: Samples per pixel along each axis.
        target: The samples.
    """

    region: Region
    scale: int
    target: Target

    @property
    def samples(self) -> tuple[int, int]:
        """Columns and rows of samples."""
        return self.region.width * self.scale, self.region.height * self.scale

    def finish(self, scene: Scene, grain: Grain) -> Pixels:
        """Return (height, width, 3) RGB of the region; waits for the drawing to finish.

        Args:
            scene: The frame.
            grain: Source of the noise.
        """
        return average_samples(read_back(self.target, *self.samples), self.region, self.scale, scene, grain)


def magnify(pixels: Pixels, scale: int) -> Pixels:
    """Return the (rows, columns, 4) RGBA samples of a region that nothing has been drawn on.

    Args:
        pixels: (height, width, 3) RGB, the region.
        scale: Samples per pixel along each axis.
    """
    rgba = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    samples = pixels.shape[1] * scale, pixels.shape[0] * scale
    magnified = rgba if scale == 1 else cv2.resize(rgba, samples, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(magnified, dtype=np.uint8)


def average_samples(samples: Pixels, region: Region, scale: int, scene: Scene, grain: Grain) -> Pixels:
    """Return (height, width, 3) RGB of a region with the frame's sharpness and noise.

    Args:
        samples: (rows, columns, 4) RGBA; alpha is 255 where nothing opaque was drawn.
        region: The region.
        scale: Samples per pixel along each axis.
        scene: The frame.
        grain: Source of the noise.
    """
    drawn = samples
    if scale > 1:
        size = region.width, region.height
        drawn = np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if scene.config.match_sharpness:
        return match_look(drawn, scene.look_at(region), scale, grain)
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), np.uint8)


def draw_solid(
    tools: Tools,
    scene: Scene,
    layers: Sequence[Layer],
    region: Region,
    pixels: Pixels,
    role: str,
) -> Solid:
    """Draw the solid geometry of layers over a region of the picture, without waiting for OpenGL.

    Args:
        tools: What draws.
        scene: The frame.
        layers: Layers to draw.
        region: The region.
        pixels: (h, w, 3) RGB, the whole picture.
        role: Role of the target; regions in flight at the same time need different ones.
    """
    context, copier = tools.context, tools.copier
    scale = scale_of(scene, region)
    solid = Solid(region, scale, context.resources.target(role, region.width * scale, region.height * scale))
    samples = solid.samples
    color_of(solid.target).write(magnify(pixels[region.part], scale), viewport=(0, 0, *samples))
    target, hardware = solid.target, min(scene.config.msaa, context.max_samples)
    if hardware:
        target = context.resources.target("multisampled", *samples, hardware)
    target.framebuffer.use()
    with depth_only(target.framebuffer):
        target.framebuffer.clear(depth=1.0)  # the whole buffer: clearing a part would need a draw call
    if hardware:
        target.framebuffer.viewport = (0, 0, *samples)
        with linear_light(context.gl):
            copier.draw(solid.target)
    view = View.of_region(scene.camera, region)
    RegionCanvas(tools, Phase.SOLID, region, view, scene.config, samples, target).draw(layers)
    if hardware:  # the next region is drawn in the same multisampled target
        copier.resolve(target, solid.target)
    return solid


def scale_of(scene: Scene, region: Region) -> int:
    """Return the number of samples per pixel along each axis for a region."""
    config = scene.config
    if config.supersample == 1:
        return 1
    if scene.is_first:
        return max(FIRST_SUPERSAMPLE, min(MAX_SUPERSAMPLE, _affordable(region, FIRST_SAMPLES)))
    small = min(MAX_SUPERSAMPLE, _affordable(region, min(SMALL_SAMPLES, config.max_samples)))
    return max(1, small, min(config.supersample, _affordable(region, config.max_samples)))


def _affordable(region: Region, samples: int) -> int:
    """Return the number of samples per pixel along each axis that do not exceed this many in the region."""
    return math.isqrt(samples // (region.width * region.height))
