"""Draws OpenGL layers: only the regions that they touch travel to OpenGL and back.

A region's pixels are written straight into the colour attachment, so the picture itself is never drawn, and the cost
does not depend on the frame's size. Several regions are submitted before the first is waited for.
"""

from collections import deque
from collections.abc import Sequence
from itertools import cycle

import cv2
import numpy as np

from arpipe.render.base_canvas import Phase
from arpipe.render.canvas import Copier, RegionCanvas, Tools, color_of, read_back
from arpipe.render.context import GlContext
from arpipe.render.grain import Grain
from arpipe.render.jobs import PictureCopy, RegionJob, prepare_jobs
from arpipe.render.layer import Layer, Scene
from arpipe.render.lighting import LightEstimator
from arpipe.render.matte import MatteTextures
from arpipe.render.shade import Shade, draw_shade
from arpipe.render.solid import Solid, draw_solid
from arpipe.render.view import View
from arpipe.timing import StageTimer
from arpipe.types import Pixels

IN_FLIGHT = 4  # regions that OpenGL works on at once


class RegionRenderer:
    """Draws runs of layers with one OpenGL context.

    Args:
        context: Context to draw with; not closed here.
        lights: Caught up with while OpenGL works.
    """

    def __init__(self, context: GlContext, lights: LightEstimator) -> None:
        self._context = context
        self._lights = lights
        self._tools = Tools(context, Copier(context), MatteTextures(context.resources))
        self._grain = Grain()

    def draw(self, picture: PictureCopy, scene: Scene, layers: Sequence[Layer], timer: StageTimer) -> None:
        """Draw layers, in their sequence, onto the picture; the drawing has finished on return."""
        self._context.make_current()
        if scene.is_first:
            self._grain = Grain()
        with timer.stage("draw"):
            jobs = prepare_jobs(layers, scene)
        with timer.stage("upload"):
            self._tools.mattes.begin_frame(scene.result.occlusion)
        for first in range(0, len(jobs), IN_FLIGHT):
            self._draw_jobs(picture, scene, jobs[first : first + IN_FLIGHT], timer)

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._tools.copier.close()
        self._tools.mattes.close()

    def _draw_jobs(
        self, picture: PictureCopy, scene: Scene, jobs: Sequence[RegionJob], timer: StageTimer
    ) -> None:
        for job in jobs:
            if job.layers[Phase.SKIN]:
                self._draw_skin(picture, scene, job, timer)
        with timer.stage("draw"):
            shades = [self._draw_shade(scene, job, number) for number, job in enumerate(jobs)]
            if any(shades):
                self._context.flush()
        with timer.stage("upload"):
            pixels = picture.pixels  # may be copied while OpenGL draws
        in_flight: deque[Solid] = deque()
        turns = cycle(range(IN_FLIGHT))
        for job, shade in zip(jobs, shades, strict=True):
            if shade is not None:
                with timer.stage("readback"):
                    shade.darken(pixels)
            for region in job.solid:
                if len(in_flight) == IN_FLIGHT:
                    self._finish(pixels, scene, in_flight.popleft(), timer)
                role = f"solid {next(turns)}"
                with timer.stage("draw"):
                    layers = job.layers[Phase.SOLID]
                    solid = draw_solid(self._tools, scene, layers, region, pixels, role)
                in_flight.append(solid)
        with timer.stage("draw"):
            self._lights.catch_up()  # OpenGL is still drawing
        for solid in in_flight:
            self._finish(pixels, scene, solid, timer)

    def _finish(self, pixels: Pixels, scene: Scene, solid: Solid, timer: StageTimer) -> None:
        with timer.stage("readback"):
            finished = solid.finish(scene, self._grain)
            pixels[solid.region.rows, solid.region.columns] = finished

    def _draw_shade(self, scene: Scene, job: RegionJob, number: int) -> Shade | None:
        if job.shaded is None:
            return None
        layers = job.layers[Phase.SHADE]
        return draw_shade(self._tools, scene, layers, job.shaded, f"shade {number}")

    def _draw_skin(self, picture: PictureCopy, scene: Scene, job: RegionJob, timer: StageTimer) -> None:
        region = job.region
        size = region.width, region.height
        target = self._context.resources.target("skin", *size)
        with timer.stage("upload"):
            before = picture.shown[region.rows, region.columns]
            rgba = np.asarray(cv2.cvtColor(before, cv2.COLOR_RGB2RGBA), np.uint8)
            color_of(target).write(rgba, viewport=(0, 0, *size))
        with timer.stage("draw"):
            view = View.of_region(scene.camera, region)
            canvas = RegionCanvas(self._tools, Phase.SKIN, region, view, scene.config, size, target, rgba)
            canvas.draw(job.layers[Phase.SKIN])
            self._context.flush()
        with timer.stage("upload"):
            pixels = picture.pixels  # may be copied while OpenGL draws
        with timer.stage("readback"):
            drawn = read_back(target, *size)
            cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB, dst=pixels[region.rows, region.columns])
