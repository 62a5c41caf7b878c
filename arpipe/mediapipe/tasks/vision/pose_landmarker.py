"""Bodies: landmarks, in the image and in metres, and masks."""

from dataclasses import dataclass
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image, ImageFormat
from arpipe.mediapipe.solutions.pose_connections import POSE_CONNECTIONS
from arpipe.mediapipe.tasks.assets import check_weights
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.mediapipe.tasks.vision.base import DetectingTask, ResultCallback
from arpipe.mediapipe.tasks.vision.connections import Connection, connected
from arpipe.mediapipe.tasks.vision.convert import normalized_landmarks, world_landmarks
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode
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
class PoseLandmarkerOptions:
    """Options of `PoseLandmarker`.

    Attributes:
        base_options: Where the networks come from.
        running_mode: How images come.
        num_poses: Bodies wanted. One is smoothed over time, several are not.
        min_pose_detection_confidence: Score in [0, 1] that a detection needs.
        min_pose_presence_confidence: Score in [0, 1] that landmarks need.
        min_tracking_confidence: Accepted; tracked bodies are taken for detected ones as with MediaPipe's default.
        output_segmentation_masks: Compute masks too.
        result_callback: Gets the results of a live stream.
    """

    base_options: BaseOptions
    running_mode: VisionTaskRunningMode = VisionTaskRunningMode.IMAGE
    num_poses: int = 1
    min_pose_detection_confidence: float = 0.5
    min_pose_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    output_segmentation_masks: bool = False
    result_callback: ResultCallback[PoseLandmarkerResult] | None = None


class PoseLandmarker(DetectingTask[PoseLandmarkerResult]):
    """Finds bodies; make one with `create_from_options`.

    Args:
        options: What is asked for.
    """

    def __init__(self, options: PoseLandmarkerOptions) -> None:
        runtime = Runtime()
        super().__init__(options.running_mode, options.result_callback, runtime)
        check_weights(options.base_options, NETWORKS)
        body = BodyOptions(
            follows=options.running_mode is not VisionTaskRunningMode.IMAGE,
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

    @classmethod
    def create_from_options(cls, options: PoseLandmarkerOptions) -> Self:
        """Load the networks."""
        return cls(options)

    @classmethod
    def create_from_model_path(cls, model_path: str) -> Self:
        """Load the networks for single images, with the weights of a file."""
        return cls(PoseLandmarkerOptions(BaseOptions(model_asset_path=model_path)))

    def _compute(self, frame: Frame) -> PoseLandmarkerResult:
        bodies = self._tracker.find(frame, self._timer)
        masks = [Image(ImageFormat.VEC32F1, body.mask) for body in bodies if body.mask is not None]
        return PoseLandmarkerResult(
            pose_landmarks=[normalized_landmarks(body.observation.landmarks, frame) for body in bodies],
            pose_world_landmarks=[world_landmarks(body.observation) for body in bodies],
            segmentation_masks=masks if self._masks else None,
        )
