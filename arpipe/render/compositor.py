"""Draws layers onto a frame: only the regions they touch travel to OpenGL and back.

The region's pixels are written straight into the colour attachment, so the picture itself is never drawn, and
cost does not depend on the frame's size. Regions are handed over before any is waited for.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import cycle, groupby
from typing import TypeGuard

import cv2
import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.canvas import Copier, RegionCanvas, color_of, read_back
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.frame_look import FrameLookEstimator
from arpipe.render.layer import Layer, Patch, Phase, PixelLayer, Scene
from arpipe.render.lighting import LightEstimator
from arpipe.render.shade import Shade, draw_shade
from arpipe.render.solid import Solid, draw_solid
from arpipe.render.view import Region, View, merge_overlapping, region_of_box
from arpipe.timing import StageTimer
from arpipe.types import Frame, FrameResult, Pixels

UNKNOWN_NS = 0xFFFFFFFF  # what 32 bits hold at most: the answer of a driver that does not know
GPU_QUALITY = RenderConfig(supersample=2, msaa=4, max_samples=16_000_000)

TOGETHER = 4  # regions that OpenGL has at one time


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One region of a frame with the layers that touch it, by phase; regions of the phases within it."""

    region: Region
    layers: dict[Phase, list[Layer]]
    shaded: Region | None
    solid: list[Region]


@dataclass(slots=True, eq=False)
class _Picture:
    """The picture being made: a copy of the frame, made when the first pixel is asked for, or what was given."""

    frame: Frame
    given: Pixels | None

    @property
    def shown(self) -> Pixels:
        """(h, w, 3) RGB as it is so far, to look at."""
        return self.frame.pixels if self.given is None else self.given

    @property
    def pixels(self) -> Pixels:
        """(h, w, 3) RGB to draw on."""
        if self.given is None:
            self.given = self.frame.pixels.copy()
        return self.given


class Compositor:
    """Draws effects onto frames.

    Args:
        context: Where GL objects live; the compositor does not close it.
        config: Quality; None picks what suits the renderer. Assign `config` to change it between frames.
    """

    def __init__(self, context: GlContext, config: RenderConfig | None = None) -> None:
        self.config = config or (RenderConfig() if context.is_software else GPU_QUALITY)
        self._context = context
        self._copier = Copier(context)
        self._lights = LightEstimator()
        self._look = FrameLookEstimator()

    def draw(
        self,
        result: FrameResult,
        camera: CameraIntrinsics,
        layers: Sequence[Layer | PixelLayer],
        timer: StageTimer,
        out: Pixels | None = None,
    ) -> Pixels:
        """The frame with all layers on it.

        Books the stages "upload", "draw" and "readback"; the drawing has ended when "readback" does. On a GPU
        the stage "gpu" has what it took by its own clock, from a timer query around all of them.

        Args:
            result: Frame and perception.
            camera: Intrinsics of the frame; its size must be the frame's.
            layers: In any order; each draws at its own `order`.
            timer: Takes the stages.
            out: Picture to draw onto instead of a new copy of the frame: (h, w, 3) uint8 RGB that already
                shows the frame. The frame's own pixels may be given if nobody needs them afterwards; light and
                sharpness are then measured on what has been drawn on in part.

        Raises:
            ValueError: Camera and frame differ in size.
            RenderError: Wrong thread, or the context is closed.
        """
        frame = result.frame
        if (camera.width, camera.height) != (frame.width, frame.height):
            raise ValueError(
                f"Compositor.draw: expected a camera of the frame's size {frame.width}x{frame.height}, "
                f"got {camera.width}x{camera.height}; use CameraIntrinsics.resized"
            )
        self._context.make_current()
        picture = _Picture(frame, out)
        scene = Scene(result, camera, self.config, self._lights)
        self._lights.begin_frame(result)
        with self._gpu_time(timer):
            for is_gl, run in groupby(sorted(layers, key=lambda layer: layer.order), _is_gl):
                if is_gl:
                    self._draw_run(picture, scene, [each for each in run if _is_gl(each)], timer)
                else:
                    with timer.stage("draw"):
                        for layer in run:
                            if _is_painted(layer):
                                layer.paint(picture.pixels, scene)
        return picture.pixels

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._copier.close()

    @contextmanager
    def _gpu_time(self, timer: StageTimer) -> Iterator[None]:
        """Book what the GPU took for the block; a CPU that draws has no clock of its own to ask."""
        if self._context.is_software:
            yield
            return
        query, start_s = self._context.gl.query(time=True), timer.clock()
        with query:
            yield
        if query.elapsed < UNKNOWN_NS:
            timer.add("gpu", start_s, query.elapsed / 1e6)

    def _draw_run(self, picture: _Picture, scene: Scene, layers: Sequence[Layer], timer: StageTimer) -> None:
        with timer.stage("draw"):
            patches = [(layer, patch) for layer in layers for patch in layer.prepare(scene)]
            jobs = list(_jobs(patches, scene))
        for first in range(0, len(jobs), TOGETHER):
            self._draw_jobs(picture, scene, jobs[first : first + TOGETHER], timer)

    def _draw_jobs(self, picture: _Picture, scene: Scene, jobs: Sequence[_Job], timer: StageTimer) -> None:
        for job in jobs:
            if job.layers[Phase.SKIN]:
                self._draw_skin(picture, scene, job, timer)
        with timer.stage("draw"):
            shades = [self._draw_shade(scene, job, number) for number, job in enumerate(jobs)]
            if any(shades):
                self._context.hand_over()
        with timer.stage("upload"):
            pixels = picture.pixels  # may be copied while OpenGL draws
        under_way: deque[Solid] = deque()
        turns = cycle(range(TOGETHER))
        for job, shade in zip(jobs, shades, strict=True):
            if shade is not None:
                with timer.stage("readback"):
                    shade.darken(pixels)
            for region in job.solid:
                if len(under_way) == TOGETHER:
                    self._finish(pixels, scene, under_way.popleft(), timer)
                role = f"solid {next(turns)}"
                with timer.stage("draw"):
                    layers = job.layers[Phase.SOLID]
                    solid = draw_solid(self._context, self._copier, scene, layers, region, pixels, role)
                under_way.append(solid)
        with timer.stage("draw"):
            self._lights.catch_up()  # OpenGL still draws
        for solid in under_way:
            self._finish(pixels, scene, solid, timer)

    def _finish(self, pixels: Pixels, scene: Scene, solid: Solid, timer: StageTimer) -> None:
        with timer.stage("readback"):
            finished = solid.finished(scene, self._look)
            pixels[solid.region.rows, solid.region.columns] = finished

    def _draw_shade(self, scene: Scene, job: _Job, number: int) -> Shade | None:
        if job.shaded is None:
            return None
        layers = job.layers[Phase.SHADE]
        return draw_shade(self._context, self._copier, scene, layers, job.shaded, f"shade {number}")

    def _draw_skin(self, picture: _Picture, scene: Scene, job: _Job, timer: StageTimer) -> None:
        region = job.region
        size = region.width, region.height
        target = self._context.resources.target("skin", *size)
        with timer.stage("upload"):
            before = picture.shown[region.rows, region.columns]
            rgba = np.asarray(cv2.cvtColor(before, cv2.COLOR_RGB2RGBA), np.uint8)
            color_of(target).write(rgba, viewport=(0, 0, *size))
        with timer.stage("draw"):
            view = View.of_region(scene.camera, region)
            canvas = RegionCanvas(
                self._context, Phase.SKIN, region, view, scene.config, size, target, self._copier, rgba
            )
            canvas.draw(job.layers[Phase.SKIN])
            self._context.hand_over()
        with timer.stage("upload"):
            pixels = picture.pixels  # may be copied while OpenGL draws
        with timer.stage("readback"):
            drawn = read_back(target, *size)
            cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB, dst=pixels[region.rows, region.columns])


def _is_gl(layer: Layer | PixelLayer) -> TypeGuard[Layer]:
    return hasattr(layer, "prepare")  # looking for all of a protocol takes 30 µs each time


def _is_painted(layer: Layer | PixelLayer) -> TypeGuard[PixelLayer]:
    return hasattr(layer, "paint")


def _jobs(patches: Sequence[tuple[Layer, Patch]], scene: Scene) -> Iterator[_Job]:
    """Disjoint regions with the layers to draw there."""
    size = scene.camera.width, scene.camera.height
    placed = [(layer, patch, region_of_box(patch.box_px, *size)) for layer, patch in patches]
    for region in merge_overlapping(place for _, _, place in placed):
        here = [(layer, patch, place) for layer, patch, place in placed if place.overlaps(region)]
        layers = {
            phase: list(dict.fromkeys(layer for layer, patch, _ in here if patch.phase is phase))
            for phase in Phase
        }
        yield _Job(
            region,
            layers,
            _union(place for _, patch, place in here if patch.phase is Phase.SHADE),
            merge_overlapping(place for _, patch, place in here if patch.phase is Phase.SOLID),
        )


def _union(regions: Iterable[Region]) -> Region | None:
    """The smallest region around all that are not empty, if any."""
    filled = [region for region in regions if not region.is_empty]
    return reduce(Region.union, filled) if filled else None
