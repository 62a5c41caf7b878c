"""Faces of MediaPipe's own runtime, through mediapipe from the extra `mediapipe`.

For comparisons: the Face Landmarker of MediaPipe Tasks finds and follows the faces, arpipe does the rest. MediaPipe
reports its use to Google; no option of its API turns that off. See docs/privacy.md.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from arpipe.errors import MissingExtra
from arpipe.models.face_mesh import LEFT_EYE_OUTER, RIGHT_EYE_OUTER, FaceObservation, MeshKind, next_roi
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Detection, Frame, Landmarks, Points, Roi
from arpipe.weights import store

try:
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision
except ImportError as error:
    raise MissingExtra(
        'perception.face.runtime = "mediapipe" needs MediaPipe; install it with: pip install "arpipe[mediapipe]"'
    ) from error

BUNDLE = "face_landmarker"
FOUND_SCORE = 1.0  # the task reports faces above its thresholds, without their scores


class MediaPipeFaces:
    """Detector and meshes of `FaceTracker` at once; the task runs once for each frame.

    Args:
        max_faces: Most faces.
        follows: Let the task follow faces from frame to frame; else every frame counts by itself.
        min_detection: Least score of a detection.
        min_presence: Least score of landmarks.

    Attributes:
        kind: As in `FaceMeshes`; the task has one mesh, "v2".
    """

    kind: MeshKind = "v2"

    def __init__(self, max_faces: int, follows: bool, min_detection: float, min_presence: float) -> None:
        mode = vision.RunningMode.VIDEO if follows else vision.RunningMode.IMAGE
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(store.bundle_path(BUNDLE))),
            running_mode=mode,
            num_faces=max_faces,
            min_face_detection_confidence=min_detection,
            min_face_presence_confidence=min_presence,
            min_tracking_confidence=min_presence,
        )
        self._task = vision.FaceLandmarker.create_from_options(options)
        self._follows = follows
        self._topology = load_topology("face")
        self._time_ms = -1
        self._seen: Frame | None = None
        self._faces: list[Landmarks] = []

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Return the faces of a frame; stage `infer`."""
        return tuple(_detection(face) for face in self._run(frame, timer))

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[FaceObservation | None]:
        """Return the face nearest to the centre of each square, None where none lies in it; stage `infer`."""
        faces = self._run(frame, timer)
        nearest = [_nearest(faces, roi) for roi in rois]
        return [None if face is None else FaceObservation(face, next_roi(face)) for face in nearest]

    def close(self) -> None:
        """Free the task."""
        self._task.close()

    def _run(self, frame: Frame, timer: StageTimer) -> list[Landmarks]:
        if frame is self._seen:
            return self._faces
        with timer.stage("infer"):
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=frame.pixels)
            if self._follows:
                self._time_ms = max(self._time_ms + 1, round(1000.0 * frame.captured_s))  # it has to rise
                result = self._task.detect_for_video(image, self._time_ms)
            else:
                result = self._task.detect(image)
        self._seen, self._faces = frame, [self._landmarks(face, frame) for face in result.face_landmarks]
        return self._faces

    def _landmarks(self, face: Sequence[Any], frame: Frame) -> Landmarks:
        scale = (frame.width, frame.height, frame.width)  # z has the scale of x
        points: Points = np.array([(p.x, p.y, p.z) for p in face], np.float32) * np.array(scale, np.float32)
        return Landmarks(points, FOUND_SCORE, self._topology)


def _detection(face: Landmarks) -> Detection:
    eyes = face.points_px[[RIGHT_EYE_OUTER, LEFT_EYE_OUTER], :2].astype(np.float64)
    return Detection(face.box_px, eyes, face.score)


def _nearest(faces: Sequence[Landmarks], roi: Roi) -> Landmarks | None:
    def distance(face: Landmarks) -> float:
        x0, y0, x1, y1 = face.box_px
        middle = np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0])
        return float(np.hypot(*(middle - roi.center_px)))

    inside = [face for face in faces if distance(face) < roi.size_px / 2.0]
    return min(inside, key=distance) if inside else None
