"""Body, face and hands of one person."""

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.convert import body_outputs, normalized_landmarks
from arpipe.mediapipe.solution_base import SolutionOutputs, TrackingSolution
from arpipe.mediapipe.solutions.face_mesh_connections import FACEMESH_CONTOURS, FACEMESH_TESSELATION
from arpipe.mediapipe.solutions.hands import HandLandmark
from arpipe.mediapipe.solutions.hands_connections import HAND_CONNECTIONS
from arpipe.mediapipe.solutions.pose import PoseLandmark, body_options
from arpipe.mediapipe.solutions.pose_connections import POSE_CONNECTIONS
from arpipe.tracking.mediapipe.holistic import HolisticTracker
from arpipe.types import Frame, Landmarks

__all__ = [
    "FACEMESH_CONTOURS",
    "FACEMESH_TESSELATION",
    "HAND_CONNECTIONS",
    "POSE_CONNECTIONS",
    "HandLandmark",
    "Holistic",
    "PoseLandmark",
]


class Holistic(TrackingSolution):
    """Landmarks of the most prominent person's body, face and hands.

    `process` returns what `Pose` does, and `face_landmarks`, `left_hand_landmarks` and `right_hand_landmarks`, each a
    `NormalizedLandmarkList` or None. Left and right are the person's.

    Args:
        static_image_mode: Take every image by itself, unsmoothed, not as the next one of a clip.
        model_complexity: 0, 1 or 2 for the lite, full or heavy body network.
        smooth_landmarks: Filter the body's landmarks over time.
        enable_segmentation: Compute the mask too.
        smooth_segmentation: Filter the mask over time.
        refine_face_landmarks: Refine lips and eyes, and add the irises as landmarks 468 to 477.
        min_detection_confidence: Score in [0, 1] that the detection of a body needs.
        min_tracking_confidence: Score in [0, 1] that its landmarks need.
    """

    def __init__(
        self,
        static_image_mode: bool = False,
        model_complexity: int = 1,
        smooth_landmarks: bool = True,
        enable_segmentation: bool = False,
        smooth_segmentation: bool = True,
        refine_face_landmarks: bool = False,
        min_detection_confidence: float = 0.5,
        min_tracking_confidence: float = 0.5,
    ) -> None:
        options = body_options(
            static_image_mode,
            model_complexity,
            smooth_landmarks,
            enable_segmentation,
            smooth_segmentation,
            min_detection_confidence,
            min_tracking_confidence,
        )
        runtime = Runtime()
        self._tracker = HolisticTracker(options, "attention" if refine_face_landmarks else "plain", runtime)
        super().__init__(runtime, self._tracker)

    def _process(self, frame: Frame) -> SolutionOutputs:
        person = self._tracker.update(frame, self._timer)
        body = person.body if person else None
        face = person.face.landmarks if person and person.face else None
        left = person.left_hand.landmarks if person and person.left_hand else None
        right = person.right_hand.landmarks if person and person.right_hand else None
        outputs = body_outputs(body, frame)
        return SolutionOutputs(
            pose_landmarks=outputs["pose_landmarks"],
            pose_world_landmarks=outputs["pose_world_landmarks"],
            left_hand_landmarks=_message(left, frame),
            right_hand_landmarks=_message(right, frame),
            face_landmarks=_message(face, frame),
            segmentation_mask=outputs["segmentation_mask"],
        )


def _message(landmarks: Landmarks | None, frame: Frame) -> object:
    return None if landmarks is None else normalized_landmarks(landmarks, frame)
