"""Faces: 478 landmarks, 52 scores of the expression, and the head's pose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.head_pose import HeadPoseSolver
from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.solutions import face_mesh_connections as faces
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.landmark import NormalizedLandmark
from arpipe.mediapipe.tasks.vision.base import DetectingTask, TaskOptions
from arpipe.mediapipe.tasks.vision.connections import Connection, connected
from arpipe.mediapipe.tasks.vision.convert import normalized_landmarks
from arpipe.models.expressions import ExpressionNetwork
from arpipe.tracking.mediapipe.faces import FaceSmoother, face_networks
from arpipe.tracking.mediapipe.many import ManyTracker
from arpipe.types import EXPRESSION_NAMES, Frame, Landmarks

NETWORKS = {
    "face_detector.tflite": "face_detector_short",
    "face_landmarks_detector.tflite": "face_mesh_v2",
}
BLENDSHAPES = {"face_blendshapes.tflite": "face_blendshapes"}
VERTICAL_FOV_DEG = 63.0  # of the camera that MediaPipe assumes
CM_PER_M = 100.0
GL_FROM_CAMERA = np.diag([1.0, -1.0, -1.0])  # MediaPipe's camera looks along -z, y up


class FaceLandmarksConnections:
    """Lines between the landmarks of a face."""

    Connection = Connection

    FACE_LANDMARKS_LIPS = connected(faces.FACEMESH_LIPS)
    FACE_LANDMARKS_LEFT_EYE = connected(faces.FACEMESH_LEFT_EYE)
    FACE_LANDMARKS_LEFT_EYEBROW = connected(faces.FACEMESH_LEFT_EYEBROW)
    FACE_LANDMARKS_LEFT_IRIS = connected(faces.FACEMESH_LEFT_IRIS)
    FACE_LANDMARKS_RIGHT_EYE = connected(faces.FACEMESH_RIGHT_EYE)
    FACE_LANDMARKS_RIGHT_EYEBROW = connected(faces.FACEMESH_RIGHT_EYEBROW)
    FACE_LANDMARKS_RIGHT_IRIS = connected(faces.FACEMESH_RIGHT_IRIS)
    FACE_LANDMARKS_FACE_OVAL = connected(faces.FACEMESH_FACE_OVAL)
    FACE_LANDMARKS_CONTOURS = connected(faces.FACEMESH_CONTOURS)
    FACE_LANDMARKS_TESSELATION = connected(faces.FACEMESH_TESSELATION)


@dataclass
class FaceLandmarkerResult:
    """One entry per face in each list; lists that were not asked for are empty."""

    face_landmarks: list[list[NormalizedLandmark]]
    face_blendshapes: list[list[Category]]
    facial_transformation_matrixes: list[Array]


@dataclass
class FaceLandmarkerOptions(TaskOptions[FaceLandmarkerResult]):
    """Options of `FaceLandmarker`.

    Attributes:
        num_faces: Faces wanted. One is smoothed over time, several are not.
        min_face_detection_confidence: Score in [0, 1] that a detection needs.
        min_face_presence_confidence: Score in [0, 1] that landmarks need.
        min_tracking_confidence: Accepted; tracked faces are taken for detected ones as with MediaPipe's default.
        output_face_blendshapes: Score the expression, too: 52 categories per face.
        output_facial_transformation_matrixes: Solve the head's pose too, (4, 4), cm, from the canonical face to a
            camera with a vertical field of view of 63° that looks along -z, y up. It is arpipe's own solution.
    """

    num_faces: int = 1
    min_face_detection_confidence: float = 0.5
    min_face_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    output_face_blendshapes: bool = False
    output_facial_transformation_matrixes: bool = False


class FaceLandmarker(DetectingTask[FaceLandmarkerOptions, FaceLandmarkerResult]):
    """Finds faces; make one with `create_from_options`."""

    options_type = FaceLandmarkerOptions
    networks = NETWORKS

    def _networks_of(self, options: FaceLandmarkerOptions) -> Mapping[str, str]:
        return {**NETWORKS, **BLENDSHAPES} if options.output_face_blendshapes else NETWORKS

    def _open(self, options: FaceLandmarkerOptions, runtime: Runtime) -> None:
        self._expressions = ExpressionNetwork(runtime) if options.output_face_blendshapes else None
        self._tracker = ManyTracker(
            face_networks(runtime, "v2", options.min_face_detection_confidence),
            options.num_faces,
            options.min_face_presence_confidence,
            follows=options.follows,
        )
        self._smoother = FaceSmoother() if options.follows and options.num_faces == 1 else None
        self._solver = HeadPoseSolver() if options.output_facial_transformation_matrixes else None

    def _compute(self, frame: Frame) -> FaceLandmarkerResult:
        found: Sequence[Landmarks] = [each.landmarks for each in self._tracker.update(frame, self._timer)]
        if self._smoother is not None:
            smooth = self._smoother.apply(found[0] if found else None, frame.captured_s)
            found = [] if smooth is None else [smooth]
        return FaceLandmarkerResult(
            face_landmarks=[normalized_landmarks(face, frame) for face in found],
            face_blendshapes=[] if self._expressions is None else _blendshapes(self._expressions, found),
            facial_transformation_matrixes=[] if self._solver is None else _poses(self._solver, found, frame),
        )


def _blendshapes(network: ExpressionNetwork, found: Sequence[Landmarks]) -> list[list[Category]]:
    """Score each face; a face on which the network fails has no categories."""
    scored = [[] if scores is None else scores.tolist() for scores in network.score(found)]
    return [
        [Category(index, score, "", EXPRESSION_NAMES[index]) for index, score in enumerate(scores)]
        for scores in scored
    ]


def _poses(solver: HeadPoseSolver, found: Sequence[Landmarks], frame: Frame) -> list[Array]:
    """Solve the pose of each face, (4, 4), cm; faces that no pose fits are left out, as in MediaPipe."""
    camera = CameraIntrinsics.from_fov(frame.width, frame.height, VERTICAL_FOV_DEG)
    solved = [solver.solve(landmarks, camera) for landmarks in found]
    matrices = []
    for pose in solved:
        if pose is not None:
            matrix = np.eye(4)
            matrix[:3, :3] = GL_FROM_CAMERA @ pose.camera_from_head.rotation
            matrix[:3, 3] = CM_PER_M * GL_FROM_CAMERA @ pose.camera_from_head.translation_m
            matrices.append(matrix)
    return matrices
