"""Solid geometry: drawn with many samples a pixel over a magnified copy of the picture, averaged down.

Averaging gives untouched pixels back bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.render.canvas import Copier, RegionCanvas, color_of, linear_light, read_back
from arpipe.render.context import GlContext
from arpipe.render.frame_look import FrameLookEstimator
from arpipe.render.layer import Layer, Phase, Scene
from arpipe.render.resources import Target, depth_only
from arpipe.render.view import Region, View
from arpipe.types import Pixels

FIRST_SUPERSAMPLE = 3  # photos, and the first frame of a stream, have the time
# Thin rims of a small face break up with four samples a pixel, and sixteen still are few in all.
SMALL_SUPERSAMPLE, SMALL_SAMPLES = 4, 40_000


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One region being drawn.

    Attributes:
        region: Where.
        scale: Samples a pixel along each axis.
        target: Holds the samples.
    """

    region: Region
    scale: int
    target: Target

    @property
    def samples(self) -> tuple[int, int]:
        """Columns and rows of samples."""
        return self.region.width * self.scale, self.region.height * self.scale

    def finish(self, scene: Scene, look: FrameLookEstimator) -> Pixels:
        """(height, width, 3) RGB of the region: samples averaged, as sharp as the frame; waits for the drawing."""
        region = self.region
        drawn = read_back(self.target, *self.samples)
        if self.scale > 1:
            size = region.width, region.height
            drawn = np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if scene.config.match_sharpness:
            return look.match(drawn, scene.result.frame, region, self.scale)
        return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), np.uint8)


def draw_solid(
    context: GlContext,
    copier: Copier,
    scene: Scene,
    layers: Sequence[Layer],
    region: Region,
    pixels: Pixels,
    role: str,
) -> Solid:
    """Let layers draw solid things over a region of the picture; does not wait for it.

    Args:
        context: Where.
        copier: Brings the picture into multisampled targets.
        scene: The frame.
        layers: That draw.
        region: Where.
        pixels: (h, w, 3) RGB, the whole picture.
        role: Of the target: what is under way at one time lies in different ones.
    """
    scale = scale_of(scene, region)
    solid = Solid(region, scale, context.resources.target(role, region.width * scale, region.height * scale))
    samples = solid.samples
    rgba = cv2.cvtColor(pixels[region.rows, region.columns], cv2.COLOR_RGB2RGBA)
    magnified = rgba if scale == 1 else cv2.resize(rgba, samples, interpolation=cv2.INTER_NEAREST)
    color_of(solid.target).write(np.ascontiguousarray(magnified), viewport=(0, 0, *samples))
    target, hardware = solid.target, min(scene.config.msaa, context.max_samples)
    if hardware:
        target = context.resources.target("multisampled", *samples, hardware)
    target.framebuffer.use()
    with depth_only(target.framebuffer):
        target.framebuffer.clear(depth=1.0)  # all of it: a part would have to be drawn over
    if hardware:
        target.framebuffer.viewport = (0, 0, *samples)
        with linear_light(context.gl):
            copier.draw(solid.target)
    view = View.of_region(scene.camera, region)
    RegionCanvas(context, Phase.SOLID, region, view, scene.config, samples, target, copier).draw(layers)
    if hardware:  # back to where it came from, since the next region is drawn in the same samples
        copier.resolve(target, solid.target)
    return solid


def scale_of(scene: Scene, region: Region) -> int:
    """Samples a pixel along each axis that a region gets."""
    config, area = scene.config, region.width * region.height
    if config.supersample == 1:
        return 1
    small = min(SMALL_SUPERSAMPLE, int(np.sqrt(min(SMALL_SAMPLES, config.max_samples) / area)))
    if scene.is_first:
        return max(small, config.supersample, FIRST_SUPERSAMPLE)
    affordable = int(np.sqrt(config.max_samples / area))
    return max(1, small, min(config.supersample, affordable))
