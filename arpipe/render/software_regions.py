"""Draws layers without OpenGL, region by region."""

from collections.abc import Sequence

import cv2
import numpy as np

from arpipe.render.base_canvas import Phase
from arpipe.render.grain import Grain
from arpipe.render.jobs import PictureCopy, RegionJob, prepare_jobs
from arpipe.render.layer import Layer, Scene
from arpipe.render.lighting import LightEstimator
from arpipe.render.rasteriser.canvas import Buffers, SoftwareCanvas
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.render.shade import darken, shade_samples
from arpipe.render.solid import average_samples, magnify, scale_of
from arpipe.render.view import Region, View
from arpipe.timing import StageTimer
from arpipe.types import Block, Pixels


class SoftwareRegionRenderer:
    """Draws runs of layers on the CPU; counterpart of `RegionRenderer`.

    Args:
        rasteriser: What draws.
        lights: Caught up with after drawing.
    """

    def __init__(self, rasteriser: Rasteriser, lights: LightEstimator) -> None:
        self._rasteriser = rasteriser
        self._lights = lights
        self._buffers = Buffers()
        self._grain = Grain()

    def draw(self, picture: PictureCopy, scene: Scene, layers: Sequence[Layer], timer: StageTimer) -> None:
        """Draw layers, in their sequence, onto the picture."""
        if scene.is_first:
            self._grain = Grain()
        with timer.stage("draw"):
            jobs = prepare_jobs(layers, scene)
        with timer.stage("upload"):
            blocks = [picture.block(job.region) for job in jobs]
        with timer.stage("draw"):
            for job, block in zip(jobs, blocks, strict=True):
                self._draw_job(block, scene, job)
            self._lights.catch_up()

    def close(self) -> None:
        """Forget the buffers; may be called twice."""
        self._buffers = Buffers()

    def _draw_job(self, block: Block, scene: Scene, job: RegionJob) -> None:
        if job.layers[Phase.SKIN]:
            region = job.region
            place = block.cut(region.part)
            samples = magnify(place, 1)
            self._draw_layers(scene, job, Phase.SKIN, region, samples)
            cv2.cvtColor(samples, cv2.COLOR_RGBA2RGB, dst=place)
        if job.shaded is not None:
            columns, rows = shade_samples(scene, job.shaded)
            factors = np.full((rows, columns, 3), 255, np.uint8)
            self._draw_layers(scene, job, Phase.SHADE, job.shaded, factors)
            darken(block.cut(job.shaded.part), factors)
        for region in job.solid:
            scale = scale_of(scene, region)
            place = block.cut(region.part)
            samples = magnify(place, scale)
            self._draw_layers(scene, job, Phase.SOLID, region, samples)
            place[:] = average_samples(samples, region, scale, scene, self._grain)

    def _draw_layers(
        self, scene: Scene, job: RegionJob, phase: Phase, region: Region, pixels: Pixels
    ) -> None:
        rows, columns = pixels.shape[:2]
        depth, nearest = self._buffers.cleared(columns, rows)
        canvas = SoftwareCanvas(
            self._rasteriser,
            phase,
            region,
            View.of_region(scene.camera, region),
            scene.config,
            (columns, rows),
            scene.result.occlusion,
            pixels,
            depth,
            nearest,
        )
        for layer in job.layers[phase]:
            layer.draw_software(canvas)
