"""What flows through the pipeline: frozen values, checked when they are made, never compared by value."""

from arpipe.types.edited import EditedPicture, find_changes
from arpipe.types.expressions import EXPRESSION_NAMES, TONGUE_OUT, Expressions, Gaze
from arpipe.types.frame import Frame
from arpipe.types.gestures import GESTURE_NAMES, NO_GESTURE, Gesture, Movement
from arpipe.types.landmarks import Detection, Landmarks, Roi
from arpipe.types.objects import FoundObject, TrackedObject
from arpipe.types.occlusion import OcclusionMatte
from arpipe.types.pixels import Block, Part, Pixels, Points
from arpipe.types.prediction import ClassScore, HeatMap, Prediction
from arpipe.types.results import FrameResult, Picture
from arpipe.types.stored import StoredPicture, StoredRgb
from arpipe.types.tracked import (
    HeadPose,
    Tracked,
    TrackedBody,
    TrackedFace,
    TrackedHand,
    TrackState,
)

__all__ = [
    "EXPRESSION_NAMES",
    "GESTURE_NAMES",
    "NO_GESTURE",
    "TONGUE_OUT",
    "Block",
    "ClassScore",
    "Detection",
    "EditedPicture",
    "Expressions",
    "FoundObject",
    "Frame",
    "FrameResult",
    "Gaze",
    "Gesture",
    "HeadPose",
    "HeatMap",
    "Landmarks",
    "Movement",
    "OcclusionMatte",
    "Part",
    "Picture",
    "Pixels",
    "Points",
    "Prediction",
    "Roi",
    "StoredPicture",
    "StoredRgb",
    "TrackState",
    "Tracked",
    "TrackedBody",
    "TrackedFace",
    "TrackedHand",
    "TrackedObject",
    "find_changes",
]
