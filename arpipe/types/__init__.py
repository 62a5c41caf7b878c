"""What flows through the pipeline: frozen values, checked when they are made, never compared by value."""

from arpipe.types.frame import Frame, Pixels, Points
from arpipe.types.landmarks import Detection, Landmarks, Roi
from arpipe.types.results import (
    FrameResult,
    HeadPose,
    Picture,
    Tracked,
    TrackedBody,
    TrackedFace,
    TrackedHand,
    TrackState,
)

__all__ = [
    "Detection",
    "Frame",
    "FrameResult",
    "HeadPose",
    "Landmarks",
    "Picture",
    "Pixels",
    "Points",
    "Roi",
    "TrackState",
    "Tracked",
    "TrackedBody",
    "TrackedFace",
    "TrackedHand",
]
