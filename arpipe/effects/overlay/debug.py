"""What the tracker sees, drawn with thin lines: mesh, landmarks, axes, box."""

from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from arpipe.effects.params import Color, EffectParams
from arpipe.geometry.transforms import Array
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import HeadPose, Pixels, TrackedFace

SUBPIXEL_BITS = 4  # cv2 takes coordinates in sixteenths of a px
AXIS_COLORS = ((235, 70, 70), (80, 200, 90), (80, 130, 255))  # x, y, z
OUTLINE = (20, 24, 28)
FONT = cv2.FONT_HERSHEY_SIMPLEX
OUTLINES = ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "face_oval")


class DebugParams(EffectParams):
    """Parameters of `debug`.

    Attributes:
        mesh: Draw the surface's edges.
        outlines: Draw lips, eyes, brows and the face's outline.
        landmarks: Draw the points.
        axes: Draw the head frame: x red, y green, z blue.
        box: Draw the box around all landmarks, with the track's number and angles.
        color: Of mesh and points.
        opacity: Of the mesh.
        axis_mm: Length of the axes.
    """

    mesh: bool = True
    outlines: bool = True
    landmarks: bool = False
    axes: bool = True
    box: bool = False
    color: Color = (0.75, 0.95, 1.0)
    opacity: float = Field(default=0.45, ge=0, le=1)
    axis_mm: float = Field(default=60.0, gt=0, le=500)


class Debug(Layer):
    """Draws what is known of each face.

    Args:
        params: What to show.
    """

    Params: ClassVar[type[EffectParams]] = DebugParams
    needs = frozenset({Need.FACE})
    order = Order.OVERLAY

    def __init__(self, params: DebugParams) -> None:
        self.params = params
        red, green, blue = (round(channel * 255.0) for channel in params.color)
        self._color = (red, green, blue)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw onto the faces' surroundings."""
        for face in scene.result.faces:
            if self.params.mesh and self.params.opacity > 0:
                self._mesh(pixels, face)
            if self.params.outlines:
                self._outlines(pixels, face)
            if self.params.landmarks:
                for point in _fixed(face.landmarks.points_px[:, :2]):
                    cv2.circle(
                        pixels,
                        point,
                        _thickness(face) << SUBPIXEL_BITS,
                        self._color,
                        -1,
                        cv2.LINE_AA,
                        SUBPIXEL_BITS,
                    )
            if self.params.axes and face.pose is not None:
                self._axes(pixels, face, face.pose, scene)
            if self.params.box:
                self._box(pixels, face)

    def _mesh(self, pixels: Pixels, face: TrackedFace) -> None:
        points = face.landmarks.points_px[:, :2]
        low = np.clip(np.floor(points.min(axis=0)).astype(int) - 2, 0, None)
        high = np.ceil(points.max(axis=0)).astype(int) + 3
        place = pixels[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        if 0 in place.shape:
            return
        lines = place.copy()
        ends = _fixed(points - low)[face.landmarks.topology.edges]
        cv2.polylines(lines, list(ends), False, self._color, 1, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.addWeighted(lines, self.params.opacity, place, 1.0 - self.params.opacity, 0.0, dst=place)

    def _outlines(self, pixels: Pixels, face: TrackedFace) -> None:
        for name in OUTLINES:
            if name in face.landmarks.topology.regions:
                points = _fixed(face.landmarks.region(name)[:, :2])
                cv2.polylines(
                    pixels, [points], True, self._color, _thickness(face), cv2.LINE_AA, SUBPIXEL_BITS
                )

    def _axes(self, pixels: Pixels, face: TrackedFace, pose: HeadPose, scene: Scene) -> None:
        length = self.params.axis_mm * 1e-3
        tips = pose.camera_from_head.apply(np.vstack([np.zeros(3), np.eye(3) * length]))
        if (tips[:, 2] <= 0).any():
            return
        points = _fixed(scene.camera.project(tips))
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
        corners = _fixed(np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]))
        width = _thickness(face)
        cv2.polylines(pixels, [corners], True, self._color, width, cv2.LINE_AA, SUBPIXEL_BITS)
        text = f"{face.track_id}"
        if face.pose is not None:
            angles = face.pose.angles
            text += f"  {angles.yaw_deg:+.0f} {angles.pitch_deg:+.0f} {angles.roll_deg:+.0f}"
        place = (int(box[0]), int(box[1]) - 4 * width)
        for color, stroke in ((OUTLINE, 3 * width), (self._color, width)):  # legible on light and dark
            cv2.putText(pixels, text, place, FONT, 0.45 * width, color, stroke, cv2.LINE_AA)


def _fixed(points_px: npt.NDArray[np.floating] | Array) -> npt.NDArray[np.int32]:
    """Points in cv2's fixed-point coordinates, kept within what it can take."""
    limit = 1 << 24
    return np.clip(np.rint(points_px * (1 << SUBPIXEL_BITS)), -limit, limit).astype(np.int32)


def _thickness(face: TrackedFace) -> int:
    """Line width that suits the face's size, px."""
    box = face.landmarks.box_px
    return max(1, round(float(max(box[2] - box[0], box[3] - box[1])) / 350.0))
