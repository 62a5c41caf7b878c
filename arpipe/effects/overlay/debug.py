"""Face tracking drawn with thin lines: mesh, landmarks, axes, box."""

from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from arpipe.draw.strokes import SUBPIXEL_BITS, fixed_point, rgb_levels
from arpipe.effects.overlay.occlusion import tint_occlusion
from arpipe.effects.params import Color, EffectParams
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import HeadPose, Pixels, TrackedFace

AXIS_COLORS = ((235, 70, 70), (80, 200, 90), (80, 130, 255))  # x, y, z
OUTLINE = (20, 24, 28)
FONT = cv2.FONT_HERSHEY_SIMPLEX
OUTLINES = ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "face_oval")


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
        if self.params.mesh and self.params.opacity > 0:
            self._mesh(pixels, face)
        if self.params.outlines:
            self._outlines(pixels, face)
        if self.params.landmarks:
            self._landmarks(pixels, face)
        if self.params.axes and face.pose is not None:
            self._axes(pixels, face, face.pose, scene)
        if self.params.box:
            self._box(pixels, face)

    def _landmarks(self, pixels: Pixels, face: TrackedFace) -> None:
        radius = _thickness(face) << SUBPIXEL_BITS
        for point in fixed_point(face.landmarks.points_px[:, :2]):
            cv2.circle(pixels, point, radius, self._color, -1, cv2.LINE_AA, SUBPIXEL_BITS)

    def _mesh(self, pixels: Pixels, face: TrackedFace) -> None:
        points = face.landmarks.points_px[:, :2]
        low = np.clip(np.floor(points.min(axis=0)).astype(int) - 2, 0, None)
        high = np.ceil(points.max(axis=0)).astype(int) + 3
        place = pixels[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        if 0 in place.shape:
            return
        lines = place.copy()
        ends = fixed_point(points - low)[face.landmarks.topology.edges]
        cv2.polylines(lines, list(ends), False, self._color, 1, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.addWeighted(lines, self.params.opacity, place, 1.0 - self.params.opacity, 0.0, dst=place)

    def _outlines(self, pixels: Pixels, face: TrackedFace) -> None:
        for name in OUTLINES:
            if name in face.landmarks.topology.regions:
                points = fixed_point(face.landmarks.region(name)[:, :2])
                cv2.polylines(
                    pixels, [points], True, self._color, _thickness(face), cv2.LINE_AA, SUBPIXEL_BITS
                )

    def _axes(self, pixels: Pixels, face: TrackedFace, pose: HeadPose, scene: Scene) -> None:
        length = self.params.axis_mm * 1e-3
        tips = pose.camera_from_head.apply(np.vstack([np.zeros(3), np.eye(3) * length]))
        if (tips[:, 2] <= 0).any():
            return
        points = fixed_point(scene.camera.project(tips))
        for axis in np.argsort(-tips[1:, 2]):  # farthest first
            cv2.line(
                pixels,
                points[0],
                points[axis + 1],
                AXIS_COLORS[axis],
                2 * _thickness(face),
                cv2.LINE_AA,
                SUBPIXEL_BITS,
            )

    def _box(self, pixels: Pixels, face: TrackedFace) -> None:
        box = face.landmarks.box_px
        corners = fixed_point(
            np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
        )
        width = _thickness(face)
        cv2.polylines(pixels, [corners], True, self._color, width, cv2.LINE_AA, SUBPIXEL_BITS)
        text = f"{face.track_id}"
        if face.pose is not None:
            angles = face.pose.angles
            text += f"  {angles.yaw_deg:+.0f} {angles.pitch_deg:+.0f} {angles.roll_deg:+.0f}"
        place = (int(box[0]), int(box[1]) - 4 * width)
        for color, stroke in ((OUTLINE, 3 * width), (self._color, width)):  # legible on light and dark
            cv2.putText(pixels, text, place, FONT, 0.45 * width, color, stroke, cv2.LINE_AA)


def _thickness(face: TrackedFace) -> int:
    """Return a line width for the size of the face, px."""
    box = face.landmarks.box_px
    return max(1, round(float(max(box[2] - box[0], box[3] - box[1])) / 350.0))
