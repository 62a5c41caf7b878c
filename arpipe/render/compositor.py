"""Draws layers onto a frame, in order: those drawn by OpenGL region by region, the others pixel by pixel."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from arpipe.errors import NotDrawnByCpu, RenderError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.frame_look import FrameLookEstimator
from arpipe.render.jobs import PictureCopy
from arpipe.render.layer import Layer, Scene
from arpipe.render.lighting import LightEstimator
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.render.regions import RegionRenderer
from arpipe.render.software_regions import SoftwareRegionRenderer
from arpipe.timing import StageTimer
from arpipe.types import FrameResult, Pixels, StoredPicture

UNKNOWN_NS = 0xFFFFFFFF  # the largest 32-bit value, which drivers without a timer return
OTHER_THAN_QUALITY = {"renderer", "threads"}
GPU_QUALITY = RenderConfig(supersample=2, msaa=4, max_samples=16_000_000)


class Compositor:
    """Draws effects onto the frames of one stream.

    Args:
        context: OpenGL context to draw with, which the compositor does not close, or the rasteriser, which draws
            layers with `draw_software`. None draws layers that only paint.
        config: Quality; None picks what suits the context's renderer.

    Attributes:
        config: Quality in force; assign to change it between frames.
    """

    def __init__(self, context: GlContext | Rasteriser | None, config: RenderConfig | None = None) -> None:
        self.config = default_quality(context, config)
        self._context = context if isinstance(context, GlContext) else None
        self._lights = LightEstimator()
        self._looks = FrameLookEstimator()
        self._regions = self._make_regions(context)

    def draw(
        self,
        result: FrameResult,
        camera: CameraIntrinsics,
        layers: Sequence[Layer],
        timer: StageTimer,
        out: Pixels | None = None,
    ) -> Pixels:
        """Return the frame with all layers drawn onto it, (h, w, 3) uint8 RGB; see `draw_picture`."""
        return self.draw_picture(result, camera, layers, timer, out).pixels()

    def draw_picture(
        self,
        result: FrameResult,
        camera: CameraIntrinsics,
        layers: Sequence[Layer],
        timer: StageTimer,
        out: Pixels | None = None,
    ) -> StoredPicture:
        """Draw all layers onto a frame, and return the picture.

        Records the stages "upload", "draw" and "readback"; drawing has finished when "readback" ends. On a GPU, the
        stage "gpu" is the time measured by a timer query around all of them.

        Args:
            result: Frame and detections.
            camera: Intrinsics of the frame; must have the frame's size.
            layers: In any sequence; each is drawn at its own `order`.
            timer: Records the stages.
            out: Picture to draw onto instead of a copy of the frame: (h, w, 3) uint8 RGB that already shows the
                frame. The frame's own pixels are allowed if nobody needs them afterwards; light and sharpness are
                then measured on a picture that is partly drawn on.

        Raises:
            ValueError: Camera and frame differ in size.
            RenderError: Wrong thread, the context is closed, or a layer needs OpenGL and there is no context.
        """
        frame = result.frame
        if (camera.width, camera.height) != (frame.width, frame.height):
            raise ValueError(
                f"Compositor.draw: expected a camera of the frame's size {frame.width}x{frame.height}, "
                f"got {camera.width}x{camera.height}; use CameraIntrinsics.resized"
            )
        if result.begins_stream:
            self._lights.reset()
            self._looks.reset()
            for layer in layers:
                layer.reset()
        picture = PictureCopy(frame, out)
        scene = Scene(result, camera, self.config, self._lights, self._looks)
        self._lights.begin_frame(result)
        self._looks.begin_frame(result)
        with self._gpu_time(timer):
            for drawn, painted in _runs(layers):
                if drawn:
                    self._regions_for(drawn).draw(picture, scene, drawn, timer)
                if painted is not None:
                    with timer.stage("draw"):
                        painted.paint(picture.pixels, scene)
        return picture.finished

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        if self._regions is not None:
            self._regions.close()

    def _make_regions(
        self, context: GlContext | Rasteriser | None
    ) -> RegionRenderer | SoftwareRegionRenderer | None:
        if context is None:
            return None
        if isinstance(context, Rasteriser):
            return SoftwareRegionRenderer(context, self._lights)
        return RegionRenderer(context, self._lights)

    def _regions_for(self, layers: Sequence[Layer]) -> RegionRenderer | SoftwareRegionRenderer:
        if self._regions is None:
            raise RenderError(
                f"{type(layers[0]).__name__} is drawn by OpenGL, but this compositor has no context; "
                "give it a GlContext"
            )
        if isinstance(self._regions, SoftwareRegionRenderer):
            for layer in layers:
                if not layer.uses_software:
                    raise NotDrawnByCpu(
                        f"{type(layer).__name__} is drawn by OpenGL only; use --renderer opengl"
                    )
        return self._regions

    @contextmanager
    def _gpu_time(self, timer: StageTimer) -> Iterator[None]:
        """Record the GPU time of the block; a software renderer has no GPU clock."""
        if self._context is None or self._context.is_software:
            yield
            return
        self._context.make_current()
        query, start_s = self._context.gl.query(time=True), timer.clock()
        with query:
            yield
        if query.elapsed < UNKNOWN_NS:
            timer.add("gpu", start_s, query.elapsed / 1e6)


def default_quality(
    context: GlContext | Rasteriser | None, config: RenderConfig | None = None
) -> RenderConfig:
    """Return the drawing quality that suits what draws, where a configuration chooses nothing but that."""
    if config is not None and config.model_fields_set - OTHER_THAN_QUALITY:
        return config
    suitable = RenderConfig() if context is None or context.is_software else GPU_QUALITY
    return (
        suitable
        if config is None
        else suitable.model_copy(update=config.model_dump(include=OTHER_THAN_QUALITY))
    )


def _runs(layers: Sequence[Layer]) -> Iterator[tuple[list[Layer], Layer | None]]:
    """Split layers, by order, into runs of those drawn by OpenGL, each with the layer that paints after it."""
    drawn: list[Layer] = []
    for layer in sorted(layers, key=lambda layer: layer.order):
        if layer.draws:
            drawn.append(layer)
        if layer.paints:
            yield drawn, layer
            drawn = []
    if drawn:
        yield drawn, None
