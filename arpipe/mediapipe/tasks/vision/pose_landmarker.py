"""Bodies: landmarks, in the image and in metres, and masks."""

from dataclasses import dataclass

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image, ImageFormat
from arpipe.mediapipe.solutions.pose_connections import POSE_CONNECTIONS
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.mediapipe.tasks.vision.base import DetectingTask, TaskOptions
from arpipe.mediapipe.tasks.vision.connections import Connection, connected
from arpipe.mediapipe.tasks.vision.convert import normalized_landmarks, world_landmarks
from arpipe.tracking.mediapipe.body import BodyOptions, ManyBodiesTracker, SingleBodyTracker
from arpipe.types import Frame

NETWORKS = {
    "pose_detector.tflite": "pose_detector",
    "pose_landmarks_detector.tflite": "pose_landmarks_full",
}


class PoseLandmarksConnections:
    """Lines between the landmarks of a body."""

    Connection = Connection

    POSE_LANDMARKS = connected(POSE_CONNECTIONS)


@dataclass
class PoseLandmarkerResult:
    """One entry per body in each list."""

    pose_landmarks: list[list[NormalizedLandmark]]
    pose_world_landmarks: list[list[Landmark]]
    segmentation_masks: list[Image] | None = None


@dataclass
class PoseLandmarkerOptions(TaskOptions[PoseLandmarkerResult]):
    """Options of `PoseLandmarker`.

    Attributes:
        num_poses: Bodies wanted. One is smoothed over time, several are not.
        min_pose_detection_confidence: Score in [0, 1] that a detection needs.
        min_pose_presence_confidence: Score in [0, 1] that landmarks need.
        min_tracking_confidence: Accepted; tracked bodies are taken for detected ones as with MediaPipe's default.
        output_segmentation_masks: Compute masks too.
    """

    num_poses: int = 1
    min_pose_detection_confidence: float = 0.5
    min_pose_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    output_segmentation_masks: bool = False


class PoseLandmarker(DetectingTask[PoseLandmarkerOptions, PoseLandmarkerResult]):
    """Finds bodies; make one with `create_from_options`."""

    options_type = PoseLandmarkerOptions
    networks = NETWORKS

    def _open(self, options: PoseLandmarkerOptions, runtime: Runtime) -> None:
        body = BodyOptions(
            follows=options.follows,
            smooth_crops=False,
            mask=options.output_segmentation_masks,
            min_detection=options.min_pose_detection_confidence,
            min_presence=options.min_pose_presence_confidence,
        )
        self._masks = options.output_segmentation_masks
        self._tracker: SingleBodyTracker | ManyBodiesTracker = (
            SingleBodyTracker(body, runtime)
            if options.num_poses == 1
            else ManyBodiesTracker(body, options.num_poses, runtime)
        )

    def _compute(self, frame: Frame) -> PoseLandmarkerResult:
        bodies = self._tracker.find(frame, self._timer)
        masks = [Image(ImageFormat.VEC32F1, body.mask) for body in bodies if body.mask is not None]
        return PoseLandmarkerResult(
            pose_landmarks=[normalized_landmarks(body.observation.landmarks, frame) for body in bodies],
            pose_world_landmarks=[world_landmarks(body.observation) for body in bodies],
            segmentation_masks=masks if self._masks else None,
        )
