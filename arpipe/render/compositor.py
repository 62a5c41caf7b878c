"""Draws layers onto a frame: only the regions they touch travel to OpenGL and back.

The region's pixels are written straight into the colour attachment, so the picture itself is never drawn, and
cost does not depend on the frame's size. Solid geometry is drawn over a magnified copy of the region and
averaged down, which gives back untouched pixels bit for bit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeGuard

import cv2
import moderngl
import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.canvas import (
    GL_FRAMEBUFFER_SRGB,
    Copier,
    RegionCanvas,
    color_of,
    linear_light,
)
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.frame_look import FrameLookEstimator, matched
from arpipe.render.layer import Layer, Patch, Phase, PixelLayer, Scene
from arpipe.render.lighting import LightEstimator
from arpipe.render.resources import Target, depth_only
from arpipe.render.view import Region, View, merge_overlapping, region_of_box
from arpipe.timing import StageTimer
from arpipe.types import FrameResult, Pixels

FIRST_SUPERSAMPLE = 3  # photos, and the first frame of a stream, have the time
# Thin rims of a small face break up with four samples a pixel, and sixteen still are few in all.
SMALL_SUPERSAMPLE, SMALL_SAMPLES = 4, 40_000

UNKNOWN_NS = 0xFFFFFFFF  # what 32 bits hold at most: the answer of a driver that does not know
GPU_QUALITY = RenderConfig(supersample=2, msaa=4, max_samples=16_000_000)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One region of a frame with the layers that touch it, by phase; boxes of the solid ones."""

    region: Region
    skin: list[Layer] = field(default_factory=list)
    solid: list[Layer] = field(default_factory=list)
    solid_regions: list[Region] = field(default_factory=list)


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
                shows the frame. The frame's own pixels may be given if nobody needs them afterwards.

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
        pixels = frame.pixels.copy() if out is None else out
        scene = Scene(result, camera, self.config, self._lights)
        self._lights.begin_frame(result)
        with self._gpu_time(timer):
            for is_gl, run in groupby(sorted(layers, key=lambda layer: layer.order), _is_gl):
                if is_gl:
                    self._draw_run(pixels, scene, [each for each in run if _is_gl(each)], timer)
                else:
                    with timer.stage("draw"):
                        for layer in run:
                            if _is_painted(layer):
                                layer.paint(pixels, scene)
        return pixels

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

    def _draw_run(self, pixels: Pixels, scene: Scene, layers: Sequence[Layer], timer: StageTimer) -> None:
        with timer.stage("draw"):
            patches = [(layer, patch) for layer in layers for patch in layer.prepare(scene)]
        for job in _jobs(patches, scene):
            self._draw_job(pixels, scene, job, timer)

    def _draw_job(self, pixels: Pixels, scene: Scene, job: _Job, timer: StageTimer) -> None:
        region = job.region
        with timer.stage("upload"):
            rgba = np.asarray(cv2.cvtColor(pixels[region.rows, region.columns], cv2.COLOR_RGB2RGBA), np.uint8)
        if job.skin:
            picture = self._context.resources.target("picture", region.width, region.height)
            with timer.stage("upload"):
                color_of(picture).write(rgba, viewport=(0, 0, region.width, region.height))
            with timer.stage("draw"):
                self._draw_phase(scene, Phase.SKIN, region, picture, job.skin)
            with timer.stage("readback"):
                rgba = _read(picture, region.width, region.height)
                cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB, dst=pixels[region.rows, region.columns])
        for solid in job.solid_regions:
            top, left = solid.y - region.y, solid.x - region.x
            part = rgba[top : top + solid.height, left : left + solid.width]
            with timer.stage("upload"):
                target = self._solid_target(scene, solid, part)
            with timer.stage("draw"):
                self._draw_phase(scene, Phase.SOLID, solid, target, job.solid)
            with timer.stage("readback"):
                self._blend_in(pixels, scene, solid, target)

    def _solid_target(self, scene: Scene, solid: Region, part: Pixels) -> Target:
        """Target that shows a part (h, w, 4) of the picture, magnified, with nothing in its depth."""
        scale, resources = _scale(scene, solid), self._context.resources
        width, height = solid.width * scale, solid.height * scale
        samples = min(scene.config.msaa, self._context.max_samples)
        plain = resources.target("solid", width, height)
        magnified = cv2.resize(part, (width, height), interpolation=cv2.INTER_NEAREST)
        color_of(plain).write(np.ascontiguousarray(magnified), viewport=(0, 0, width, height))
        target = resources.target("multisampled", width, height, samples) if samples else plain
        framebuffer = target.framebuffer
        framebuffer.use()
        framebuffer.viewport = (0, 0, width, height)
        if samples:
            with linear_light(self._context.gl):
                self._copier.draw(plain)
        with depth_only(framebuffer):
            framebuffer.clear(depth=1.0, viewport=(0, 0, width, height))
        return target

    def _draw_phase(
        self,
        scene: Scene,
        phase: Phase,
        region: Region,
        target: Target,
        layers: Sequence[Layer],
    ) -> None:
        scale = _scale(scene, region) if phase is Phase.SOLID else 1
        view = View.of_region(scene.camera, region)
        canvas = RegionCanvas(
            self._context.gl, phase, region, view, scene.config, scale, target, self._copier
        )
        for layer in layers:
            canvas.bind()
            layer.draw(canvas)
        self._context.gl.enable_only(moderngl.NOTHING)
        self._context.gl.disable_direct(GL_FRAMEBUFFER_SRGB)  # others may share the context

    def _blend_in(self, pixels: Pixels, scene: Scene, solid: Region, target: Target) -> None:
        """Average the samples, match the frame's sharpness, write into the picture."""
        scale = _scale(scene, solid)
        width, height = solid.width * scale, solid.height * scale
        drawn = _read(self._copier.resolved(target, width, height), width, height)
        if scale > 1:
            drawn = np.asarray(
                cv2.resize(drawn, (solid.width, solid.height), interpolation=cv2.INTER_AREA), dtype=np.uint8
            )
        place = pixels[solid.rows, solid.columns]
        if scene.config.match_sharpness:
            place[:] = matched(drawn, self._look.estimate(scene.result.frame, solid), scale)
        else:
            cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB, dst=place)


def _scale(scene: Scene, solid: Region) -> int:
    """Samples a pixel along each axis that a region gets."""
    config, area = scene.config, solid.width * solid.height
    if config.supersample == 1:
        return 1
    small = min(SMALL_SUPERSAMPLE, int(np.sqrt(min(SMALL_SAMPLES, config.max_samples) / area)))
    faces = scene.result.faces
    if faces and all(face.age_frames == 0 for face in faces):
        return max(small, config.supersample, FIRST_SUPERSAMPLE)
    affordable = int(np.sqrt(config.max_samples / area))
    return max(1, small, min(config.supersample, affordable))


def _is_gl(layer: Layer | PixelLayer) -> TypeGuard[Layer]:
    return hasattr(layer, "prepare")  # looking for all of a protocol takes 30 µs each time


def _is_painted(layer: Layer | PixelLayer) -> TypeGuard[PixelLayer]:
    return hasattr(layer, "paint")


def _jobs(patches: Sequence[tuple[Layer, Patch]], scene: Scene) -> Iterator[_Job]:
    """Disjoint regions with the layers to draw there."""
    size = scene.camera.width, scene.camera.height
    placed = [(layer, patch.phase, region_of_box(patch.box_px, *size)) for layer, patch in patches]
    for region in merge_overlapping(place for _, _, place in placed):
        here = [(layer, phase, place) for layer, phase, place in placed if place.overlaps(region)]
        by_phase = {
            phase: list(dict.fromkeys(layer for layer, at, _ in here if at is phase)) for phase in Phase
        }
        solid_regions = merge_overlapping(place for _, at, place in here if at is Phase.SOLID)
        yield _Job(region, by_phase[Phase.SKIN], by_phase[Phase.SOLID], solid_regions)


def _read(target: Target, width: int, height: int) -> Pixels:
    """(height, width, 4) RGBA; waits for the drawing."""
    drawn: Pixels = np.empty((height, width, 4), dtype=np.uint8)
    target.framebuffer.read_into(drawn, viewport=(0, 0, width, height), components=4, alignment=1)
    return drawn
