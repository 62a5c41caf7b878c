"""Face landmarks."""

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.convert import normalized_landmarks
from arpipe.mediapipe.solution_base import (
    SolutionOutputs,
    TrackingSolution,
    checked_confidence,
    checked_count,
)
from arpipe.mediapipe.solutions.face_mesh_connections import (
    FACEMESH_CONTOURS,
    FACEMESH_FACE_OVAL,
    FACEMESH_IRISES,
    FACEMESH_LEFT_EYE,
    FACEMESH_LEFT_EYEBROW,
    FACEMESH_LEFT_IRIS,
    FACEMESH_LIPS,
    FACEMESH_NOSE,
    FACEMESH_RIGHT_EYE,
    FACEMESH_RIGHT_EYEBROW,
    FACEMESH_RIGHT_IRIS,
    FACEMESH_TESSELATION,
)
from arpipe.models.face_mesh import MeshKind
from arpipe.tracking.mediapipe.faces import face_networks
from arpipe.tracking.mediapipe.many import ManyTracker
from arpipe.types import Frame

__all__ = [
    "FACEMESH_CONTOURS",
    "FACEMESH_FACE_OVAL",
    "FACEMESH_IRISES",
    "FACEMESH_LEFT_EYE",
    "FACEMESH_LEFT_EYEBROW",
    "FACEMESH_LEFT_IRIS",
    "FACEMESH_LIPS",
    "FACEMESH_NOSE",
    "FACEMESH_NUM_LANDMARKS",
    "FACEMESH_NUM_LANDMARKS_WITH_IRISES",
    "FACEMESH_RIGHT_EYE",
    "FACEMESH_RIGHT_EYEBROW",
    "FACEMESH_RIGHT_IRIS",
    "FACEMESH_TESSELATION",
    "FaceMesh",
]

FACEMESH_NUM_LANDMARKS = 468
FACEMESH_NUM_LANDMARKS_WITH_IRISES = 478


class FaceMesh(TrackingSolution):
    """Landmarks of faces.

    `process` returns `multi_face_landmarks`, a list of `NormalizedLandmarkList`, or None without a face.

    Args:
        static_image_mode: Take every image by itself, not as the next one of a clip.
        max_num_faces: Faces wanted, at least 1; the detector rests while that many are tracked.
        refine_landmarks: Refine lips and eyes, and add the irises as landmarks 468 to 477.
        min_detection_confidence: Score in [0, 1] that a detection needs.
        min_tracking_confidence: Score in [0, 1] that landmarks need.
    """

    def __init__(
        self,
        static_image_mode: bool = False,
        max_num_faces: int = 1,
        refine_landmarks: bool = False,
        min_detection_confidence: float = 0.5,
        min_tracking_confidence: float = 0.5,
    ) -> None:
        wanted = checked_count("max_num_faces", max_num_faces)
        runtime = Runtime()
        mesh: MeshKind = "attention" if refine_landmarks else "plain"
        networks = face_networks(
            runtime, mesh, checked_confidence("min_detection_confidence", min_detection_confidence)
        )
        self._tracker = ManyTracker(
            networks,
            wanted,
            checked_confidence("min_tracking_confidence", min_tracking_confidence),
            follows=not static_image_mode,
        )
        super().__init__(runtime, self._tracker)

    def _process(self, frame: Frame) -> SolutionOutputs:
        faces = self._tracker.update(frame, self._timer)
        found = [normalized_landmarks(face.landmarks, frame) for face in faces]
        return SolutionOutputs(multi_face_landmarks=found or None)
