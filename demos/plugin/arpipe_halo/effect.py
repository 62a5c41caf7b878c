"""A glowing ring above the head, drawn by OpenGL with the shaders of this package."""

from collections.abc import Sequence
from typing import ClassVar

import moderngl
import numpy as np
from pydantic import Field

from arpipe import Layer, Order, Scene
from arpipe.effects.params import Color, EffectParams
from arpipe.geometry.camera import GL_FROM_CAMERA
from arpipe.needs import Need
from arpipe.render.color import linear_from_srgb
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Patch, Phase
from arpipe.render.view import box_around
from arpipe.types import HeadPose, TrackedFace

CORNERS = 64
GLOW = 0.4  # half the width of the glowing band over the ring's radius
BEHIND_M = 0.06  # the middle of the head lies behind the face


class HaloParams(EffectParams):
    """Parameters of `halo`.

    Attributes:
        color: Colour of the light.
        strength: 0 is invisible, 1 the default brightness.
        radius_mm: Radius of the ring.
        height_mm: Height above the forehead.
        tilt_deg: Positive lifts the front, so that the ring is visible from below.
    """

    color: Color = (1.0, 0.85, 0.45)
    strength: float = Field(default=1.0, ge=0, le=2)
    radius_mm: float = Field(default=75.0, gt=0, le=300)
    height_mm: float = Field(default=70.0, ge=0, le=300)
    tilt_deg: float = Field(default=10.0, ge=-45, le=45)


class Halo(Layer):
    """Draws a ring of light.

    Args:
        params: Colour and size.
        context: Context to build the ring in.
    """

    Params: ClassVar[type[EffectParams]] = HaloParams
    needs = frozenset({Need.FACE})
    order = Order.OBJECT

    def __init__(self, params: HaloParams, context: GlContext) -> None:
        self.params = params
        self._resources = context.resources
        self._program = self._resources.program("halo.vert", "halo.frag", shaders=__package__)
        vertices, triangles = _ring()
        self._ring = vertices
        self._mesh = self._resources.mesh(
            self._program, [(vertices, "3f 1f", ("in_position", "in_across"))], triangles
        )
        self._faces: list[tuple[HeadPose, np.ndarray]] = []

    def prepare(self, scene: Scene) -> Sequence[Patch]:
        """Place the ring above every head with a pose."""
        self._faces = [
            (face.pose, placed) for face in scene.result.faces if (placed := self._place(face)) is not None
        ]
        return [Patch(Phase.SKIN, self._box(pose, placed, scene)) for pose, placed in self._faces]

    def draw(self, canvas: Canvas) -> None:
        """Add the light of all rings to the region."""
        canvas.view.apply(self._program)
        color = linear_from_srgb(np.rint(np.array(self.params.color) * 255.0).astype(np.uint8))
        self._program.set("u_light", (color * self.params.strength).tolist())
        canvas.gl.enable_only(moderngl.BLEND)
        for pose, head_from_ring in self._faces:
            gl_from_head = (GL_FROM_CAMERA @ pose.camera_from_head).matrix()
            self._program.write("u_gl_from_ring", gl_from_head @ head_from_ring)
            self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def adjust(self, params: HaloParams) -> bool:
        """Use other parameters; nothing has to be built anew."""
        self.params = params
        return True

    def close(self) -> None:
        """Release the ring."""
        self._resources.release(self._mesh)

    def _place(self, face: TrackedFace) -> np.ndarray | None:
        """(4, 4) head frame from the ring of radius 1; None for a face without a pose or close to the lens."""
        if face.pose is None or face.pose.camera_from_head.translation_m[2] < 0.2:
            return None
        radius_m, height_m = self.params.radius_mm / 1000.0, self.params.height_mm / 1000.0
        cosine, sine = np.cos(np.deg2rad(self.params.tilt_deg)), np.sin(np.deg2rad(self.params.tilt_deg))
        placed = np.eye(4)
        placed[:3, :3] = radius_m * np.array([[1.0, 0.0, 0.0], [0.0, cosine, sine], [0.0, -sine, cosine]])
        placed[:3, 3] = (0.0, face.pose.metric_mesh_m[:, 1].max() + height_m, -BEHIND_M)
        return placed

    def _box(self, pose: HeadPose, head_from_ring: np.ndarray, scene: Scene) -> np.ndarray:
        points_m = self._ring[:, :3] @ head_from_ring[:3, :3].T + head_from_ring[:3, 3]
        return box_around(scene.camera.project(pose.camera_from_head.apply(points_m)), 1.0)


def _ring() -> tuple[np.ndarray, np.ndarray]:
    """(2n, 4) vertices x, y, z, place across in [-1, 1] of a flat ring of radius 1, and its (m, 3) triangles."""
    angles = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
    circle = np.stack([np.cos(angles), np.zeros(CORNERS), np.sin(angles)], axis=1)
    across = np.repeat([[-1.0], [1.0]], CORNERS, axis=0)
    vertices = np.hstack([np.vstack([circle * (1.0 - GLOW), circle * (1.0 + GLOW)]), across])
    inner = np.arange(CORNERS)
    after = (inner + 1) % CORNERS
    quads = [
        np.stack([inner, after, inner + CORNERS], axis=1),
        np.stack([after, after + CORNERS, inner + CORNERS], axis=1),
    ]
    return vertices.astype(np.float32), np.concatenate(quads)
