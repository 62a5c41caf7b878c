"""Face tracking drawn with thin lines: mesh, landmarks, axes, box."""

from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from arpipe.draw import OUTLINES
from arpipe.draw.lines import line_width, paint_axes, paint_edges, paint_outline, paint_points
from arpipe.draw.strokes import rgb_levels
from arpipe.effects.overlay.occlusion import tint_occlusion
from arpipe.effects.params import Color, EffectParams
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Pixels, TrackedFace

OUTLINE = (20, 24, 28)
FONT = cv2.FONT_HERSHEY_SIMPLEX


class DebugParams(EffectParams):
    """Parameters of `debug`.

    Attributes:
        mesh: Draw the edges of the mesh.
        outlines: Draw lips, eyes, brows and the outline of the face.
        landmarks: Draw the landmarks.
        axes: Draw the axes of the head frame: x red, y green, z blue.
        occlusion: Tint what stands before faces: red where it hides glasses, blue where it hides makeup. A line says
            why, if hair is not told from skin.
        box: Draw the box around all landmarks, with the track's number and the angles of the head.
        color: Colour of mesh and landmarks.
        opacity: Opacity of the mesh.
        axis_mm: Length of the axes, mm.
    """

    mesh: bool = True
    outlines: bool = True
    landmarks: bool = False
    axes: bool = True
    occlusion: bool = False
    box: bool = False
    color: Color = (0.75, 0.95, 1.0)
    opacity: float = Field(default=0.45, ge=0, le=1)
    axis_mm: float = Field(default=60.0, gt=0, le=500)

    @property
    def needs(self) -> frozenset[Need]:
        """What is tracked for the parts."""
        return frozenset({Need.FACE, Need.OCCLUSION} if self.occlusion else {Need.FACE})


class Debug(Layer):
    """Draws the landmarks and the pose of each face.

    Args:
        params: What to draw.
    """

    Params: ClassVar[type[EffectParams]] = DebugParams
    needs = frozenset({Need.FACE})
    order = Order.OVERLAY

    def __init__(self, params: DebugParams) -> None:
        self.params, self.needs = params, params.needs
        self._color = rgb_levels(params.color)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw all faces."""
        if self.params.occlusion:
            for matte in scene.result.occlusion:
                tint_occlusion(pixels, matte)
        for face in scene.result.faces:
            self._paint_face(pixels, face, scene)

    def _paint_face(self, pixels: Pixels, face: TrackedFace, scene: Scene) -> None:
        points = face.landmarks.points_px[:, :2]
        if self.params.mesh and self.params.opacity > 0:
            edges = face.landmarks.topology.edges
            paint_edges(pixels, points, edges, self._color, opacity=self.params.opacity)
        if self.params.outlines:
            self._outlines(pixels, face)
        if self.params.landmarks:
            paint_points(pixels, points, self._color, _thickness(face))
        if self.params.axes and face.pose is not None:
            length_m, width = self.params.axis_mm * 1e-3, 2 * _thickness(face)
            paint_axes(pixels, face.pose.camera_from_head, scene.camera, length_m, width)
        if self.params.box:
            self._box(pixels, face)

    def _outlines(self, pixels: Pixels, face: TrackedFace) -> None:
        for name in OUTLINES:
            if name in face.landmarks.topology.regions:
                paint_outline(pixels, face.landmarks.region(name)[:, :2], self._color, _thickness(face))

    def _box(self, pixels: Pixels, face: TrackedFace) -> None:
        box = face.landmarks.box_px
        width = _thickness(face)
        corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
        paint_outline(pixels, corners, self._color, width)
        text = f"{face.track_id}"
        if face.pose is not None:
            angles = face.pose.angles
            text += f"  {angles.yaw_deg:+.0f} {angles.pitch_deg:+.0f} {angles.roll_deg:+.0f}"
        place = (int(box[0]), int(box[1]) - 4 * width)
        for color, stroke in ((OUTLINE, 3 * width), (self._color, width)):  # legible on light and dark
            cv2.putText(pixels, text, place, FONT, 0.45 * width, color, stroke, cv2.LINE_AA)


def _thickness(face: TrackedFace) -> int:
    """Return a line width for the size of the face, px."""
    return line_width(face.landmarks.points_px)
