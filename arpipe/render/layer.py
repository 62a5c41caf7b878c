"""What can be drawn onto a frame: the base class `Layer`, and what a layer is given.

Layers are drawn by `order`. Between two layers that paint with the CPU, all layers drawn by OpenGL share their passes:
first the `Phase.SKIN` pass of all of them, then `Phase.SHADE`, then `Phase.SOLID`. A layer states per frame which
boxes it will touch; nothing else is drawn.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Protocol

import moderngl
import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.needs import parse_needs
from arpipe.render.base_canvas import BaseCanvas, Phase
from arpipe.render.config import RenderConfig
from arpipe.render.frame_look import UNMATCHED, FrameLook, FrameLookEstimator
from arpipe.render.lighting import LightEstimator, Lighting
from arpipe.render.program import Program
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.view import Region
from arpipe.types import FrameResult, Pixels, TrackedFace


class Order(IntEnum):
    """Place of a layer in the stack, lowest first; any integer in between is valid, too."""

    BACKGROUND = 10
    SKIN = 20
    OBJECT = 30
    OVERLAY = 40


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A box that a layer will draw into.

    Attributes:
        phase: Pass in which it is drawn.
        box_px: (4,) x0, y0, x1, y1 in image px; may extend beyond the image.
    """

    phase: Phase
    box_px: Array


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One frame, as all layers get it.

    Attributes:
        result: Frame and detections.
        camera: Intrinsics of the frame.
        config: Drawing quality in force.
        lights: Estimates the light on a face, once per frame.
        looks: Estimates the sharpness, motion blur and noise of a face, once per frame.
    """

    result: FrameResult
    camera: CameraIntrinsics
    config: RenderConfig
    lights: LightEstimator
    looks: FrameLookEstimator = field(default_factory=FrameLookEstimator)

    @property
    def is_first(self) -> bool:
        """Whether nothing is known of before, as in a photo or in the first frame of a stream; it may take more time.

        The same holds when all faces are new.
        """
        faces = self.result.faces
        return self.result.begins_stream or (bool(faces) and all(face.age_frames == 0 for face in faces))

    def lighting(self, face: TrackedFace) -> Lighting:
        """Estimate the light on a face with a pose, from the frame and smoothed over time."""
        return self.lights.estimate(self.result.frame, face)

    def look(self, face: TrackedFace) -> FrameLook:
        """Estimate how soft and noisy a face is, which what is drawn on it must match."""
        if not self.config.match_sharpness:
            return UNMATCHED
        return self.looks.estimate(self.result.frame, face)

    def look_at(self, region: Region) -> FrameLook:
        """Estimate how soft and noisy the frame is in a region: as the face nearest to its middle."""
        if not self.config.match_sharpness:
            return UNMATCHED
        middle = np.array([region.x + region.width / 2, region.y + region.height / 2])
        faces = self.result.faces
        if not faces:
            return self.looks.estimate_faceless(self.result.frame, region)
        return self.look(min(faces, key=lambda face: float(np.abs(_center_px(face) - middle).sum())))


def _center_px(face: TrackedFace) -> Array:
    box = face.landmarks.box_px.astype(np.float64)
    center: Array = (box[:2] + box[2:]) / 2.0
    return center


class Canvas(BaseCanvas, Protocol):
    """Where a layer draws with OpenGL: one region of the frame, bound as framebuffer, with its viewport set.

    Blending is enabled. The first output (`location = 0, index = 0`) is radiance times coverage in linear light, its
    alpha the opaque coverage; the second (`index = 1`) is the transmittance of the picture behind, per channel.

    In `Phase.SHADE` there is one output: the factor for the picture's sRGB codes, not for its light.

    The other attributes are those of `BaseCanvas`.
    """

    @property
    def gl(self) -> moderngl.Context:
        """The context, to change state; the state is reset before the next layer."""
        ...

    def backdrop(self) -> moderngl.Texture:
        """Copy the region as drawn so far: texel (i, j) is sample column i, row j from the top.

        Not available in `Phase.SHADE`, which has no picture.
        """
        ...

    def apply_matte(self, program: Program, track_id: int | None) -> None:
        """Set the uniforms of `matte.glsl`, which samples what stands before a face.

        Args:
            program: Its fragment shader includes `matte.glsl`.
            track_id: Id of the face; without a matte of it, nothing stands before it. Effects that need "occlusion"
                have one.
        """
        ...

    def flush(self) -> None:
        """Let OpenGL start on the commands given so far; worth it before much further work on the CPU."""
        ...


class Layer:
    """Base of everything that is drawn onto frames; every method has a default that does nothing.

    A layer overrides `paint` to change pixels with the CPU, or `prepare` and `draw` to draw with OpenGL; with
    `draw_software` as well, it can be drawn without OpenGL. Which of them a class overrides is recorded when the
    class is defined, so that the compositor need not find out per frame.

    Raises:
        ConfigError: When a subclass is defined whose `needs` has a wrong word.

    Attributes:
        needs: What perception must detect for this layer: members of `arpipe.needs.Need` or their plain words.
        order: Place in the stack; layers of equal order keep the sequence in which they are given.
        uses_gl: Whether the layer needs an OpenGL context. True for a class that overrides `draw`; a class that
            paints may set it.
        uses_software: Whether it can do with a `Rasteriser` instead of an OpenGL context. True for a class that
            overrides `draw_software`; a class that paints may set it.
        draws: Whether the class overrides `draw`; set by the base class.
        paints: Whether the class overrides `paint`; set by the base class.
        cuts: Whether the class overrides `coverage`; set by the base class.
    """

    needs: Set[str] = frozenset()
    order: int = Order.OVERLAY
    uses_gl: ClassVar[bool] = False
    uses_software: ClassVar[bool] = False
    draws: ClassVar[bool] = False
    paints: ClassVar[bool] = False
    cuts: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.needs = parse_needs(cls.needs, f"{cls.__qualname__}.needs")
        cls.draws = cls.draw is not Layer.draw
        cls.paints = cls.paint is not Layer.paint
        cls.cuts = cls.coverage is not Layer.coverage
        cls.uses_gl = cls.uses_gl or cls.draws
        cls.uses_software = cls.uses_software or cls.draw_software is not Layer.draw_software

    def prepare(self, scene: Scene) -> Sequence[Patch]:  # noqa: ARG002 - for layers that draw with OpenGL
        """Take in a frame and return the boxes to draw into; empty if there is nothing to draw."""
        return ()

    def draw(self, canvas: Canvas) -> None:
        """Draw one phase into one region, which may hold several of the layer's patches or parts of them."""

    def draw_software(self, canvas: SoftwareCanvas) -> None:
        """Draw as `draw` does, without OpenGL."""

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Change the picture (h, w, 3) RGB in place; `scene.result.frame` keeps the original.

        Called after everything with a lower order has been drawn.
        """

    def coverage(self, pixels: Pixels) -> Pixels | None:  # noqa: ARG002 - for layers that cut something out
        """Return the opacity of the finished picture, for layers that make parts of it transparent.

        Args:
            pixels: (h, w, 3) RGB, the picture with all layers.

        Returns:
            (h, w) uint8, 255 where opaque; None if all of it is.
        """
        return None

    def adjust(self, params: Any) -> bool:  # noqa: ARG002 - for layers that can
        """Use other parameters from the next frame on.

        Args:
            params: Parameters of the layer's kind.

        Returns:
            False, with nothing changed, if they require rebuilding the layer.
        """
        return False

    def reset(self) -> None:
        """Forget all frames drawn so far: the next one begins another stream, or is another photo."""

    def close(self) -> None:
        """Release what the layer holds; may be called twice."""
