"""What can be drawn onto a frame: the `Layer` protocol, and what a layer is given.

Drawing goes in this order: layers by `order`; within a run of GL layers first the `Phase.SKIN` pass of all, then
`Phase.SHADE`, then `Phase.SOLID`. A layer says per frame which boxes it will touch; nothing else is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, runtime_checkable

import moderngl

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.render.config import RenderConfig
from arpipe.render.lighting import LightEstimator, Lighting
from arpipe.render.view import Region, View
from arpipe.types import FrameResult, Pixels, TrackedFace


class Order(IntEnum):
    """Place of a layer in the stack, lower first; any integer between will do."""

    BACKGROUND = 10
    SKIN = 20
    OBJECT = 30
    OVERLAY = 40


class Phase(IntEnum):
    """How the region is drawn.

    SKIN: one sample a pixel and no depth, for what changes the picture smoothly (makeup).
    SHADE: no depth, and one sample for several pixels of a large face, for soft shadows. They darken the picture, and
        not the solid things before it.
    SOLID: supersampled or multisampled, with depth, for geometry with edges.
    """

    SKIN = 0
    SHADE = 1
    SOLID = 2


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A place that a layer will draw in.

    Attributes:
        phase: When.
        box_px: (4,) x0, y0, x1, y1 in the image; may reach outside it.
    """

    phase: Phase
    box_px: Array


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One frame, for all layers.

    Attributes:
        result: Frame and perception.
        camera: Intrinsics of the frame.
        config: Quality in force.
        lights: Estimates the light of a face, once a frame.
    """

    result: FrameResult
    camera: CameraIntrinsics
    config: RenderConfig
    lights: LightEstimator

    @property
    def is_first(self) -> bool:
        """Whether all faces are new: a photo, or the first frame of a stream, which have the time."""
        faces = self.result.faces
        return bool(faces) and all(face.age_frames == 0 for face in faces)

    def lighting(self, face: TrackedFace) -> Lighting:
        """Light on a face with a pose, estimated from the frame and smoothed over time."""
        return self.lights.estimate(self.result.frame, face)


class Canvas(Protocol):
    """Where a layer draws: one region of the frame, bound and with its viewport set.

    Blending is on: the first output (`location = 0, index = 0`) is radiance times coverage in linear light, its
    alpha the opaque coverage; the second (`index = 1`) is what is left of the picture behind, per channel.

    In `Phase.SHADE` there is one output: the share that is left of the picture's sRGB codes, not of its light.
    """

    phase: Phase
    region: Region
    view: View
    config: RenderConfig
    samples: tuple[int, int]
    """Columns and rows of samples over the region."""

    @property
    def gl(self) -> moderngl.Context:
        """The context, for state that a layer wants otherwise; it is reset before the next layer."""
        ...

    def backdrop(self) -> moderngl.Texture:
        """A copy of the region as drawn so far: texel (i, j) is sample column i, row j from the top.

        Not for `Phase.SHADE`, where there is no picture.
        """
        ...

    def hand_over(self) -> None:
        """Let OpenGL begin with what was drawn so far; worth it where much of it is followed by much more work."""
        ...


@runtime_checkable
class Layer(Protocol):
    """An effect drawn by OpenGL."""

    needs: frozenset[str]
    """What perception must deliver: "face", "iris", "mask", "body", "hands"."""
    order: int

    def prepare(self, scene: Scene) -> Sequence[Patch]:
        """Take in a frame and say where it will be drawn on; empty when there is nothing to draw."""
        ...

    def draw(self, canvas: Canvas) -> None:
        """Draw one phase into one region, which may hold several of the layer's patches or parts of them."""
        ...

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        ...


@runtime_checkable
class PixelLayer(Protocol):
    """An effect that works on pixels with the CPU."""

    needs: frozenset[str]
    order: int

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Change the picture (h, w, 3) RGB in place; `scene.result.frame` keeps the untouched one."""
        ...

    def close(self) -> None:
        """Release what is held; may be called twice."""
        ...


@runtime_checkable
class CutOut(Protocol):
    """A layer that can leave parts of the picture transparent."""

    def coverage(self, pixels: Pixels) -> Pixels | None:
        """Alpha of the picture painted last, with all that was drawn on it since.

        Args:
            pixels: (h, w, 3) RGB, the picture with all layers.

        Returns:
            (h, w) uint8, 255 where opaque; None when all of it is.
        """
        ...
