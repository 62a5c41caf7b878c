"""Body landmarks and the person's mask."""

import enum
import logging

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.convert import body_outputs
from arpipe.mediapipe.solution_base import (
    SolutionOutputs,
    TrackingSolution,
    checked_choice,
    checked_confidence,
)
from arpipe.mediapipe.solutions.pose_connections import POSE_CONNECTIONS
from arpipe.tracking.mediapipe.body import BodyOptions, SingleBodyTracker
from arpipe.types import Frame

__all__ = ["POSE_CONNECTIONS", "Pose", "PoseLandmark"]

COMPLEXITIES = ("lite", "full", "heavy")

_log = logging.getLogger(__name__)


class PoseLandmark(enum.IntEnum):
    """Index of each landmark; left and right are the person's."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


class Pose(TrackingSolution):
    """Landmarks of the most prominent person.

    `process` returns `pose_landmarks`, a `NormalizedLandmarkList` with visibilities, `pose_world_landmarks`, a
    `LandmarkList` in metres around the hips' centre, and `segmentation_mask`, (h, w) float32 in [0, 1]; None for what
    was not found or not asked for.

    Args:
        static_image_mode: Take every image by itself, unsmoothed, not as the next one of a clip.
        model_complexity: 0, 1 or 2 for the lite, full or heavy network.
        smooth_landmarks: Filter landmarks over time.
        enable_segmentation: Compute the mask too.
        smooth_segmentation: Filter the mask over time.
        min_detection_confidence: Score in [0, 1] that a detection needs.
        min_tracking_confidence: Score in [0, 1] that landmarks need.
    """

    def __init__(
        self,
        static_image_mode: bool = False,
        model_complexity: int = 1,
        smooth_landmarks: bool = True,
        enable_segmentation: bool = False,
        smooth_segmentation: bool = True,
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
        self._tracker = SingleBodyTracker(options, runtime)
        super().__init__(runtime, self._tracker)

    def _process(self, frame: Frame) -> SolutionOutputs:
        return SolutionOutputs(**body_outputs(self._tracker.update(frame, self._timer), frame))


def body_options(
    static_image_mode: bool,
    model_complexity: int,
    smooth_landmarks: bool,
    enable_segmentation: bool,
    smooth_segmentation: bool,
    min_detection_confidence: float,
    min_tracking_confidence: float,
) -> BodyOptions:
    """Check the arguments that `Pose` and `Holistic` share; say so where another network takes a missing one's place.

    Raises:
        TypeError: An argument has another type.
        ValueError: The complexity is not 0, 1 or 2.
    """
    network = COMPLEXITIES[checked_choice("model_complexity", model_complexity, (0, 1, 2))]
    if network != "full":
        _log.warning(
            "MediaPipe 0.10.21 does not ship its %s body network: the full one is used (model_complexity=1)",
            network,
        )
    return BodyOptions(
        follows=not static_image_mode,
        smooth_landmarks=bool(smooth_landmarks),
        mask=bool(enable_segmentation),
        smooth_mask=bool(smooth_segmentation),
        min_detection=checked_confidence("min_detection_confidence", min_detection_confidence),
        min_presence=checked_confidence("min_tracking_confidence", min_tracking_confidence),
    )
