"""Settings of the hand tracker."""

from typing import Literal

from pydantic import Field

from arpipe.models.palm_detector import HandVariant
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.settings import TrackerConfig

SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)


class HandTrackerConfig(TrackerConfig):
    """How hands are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: Palm detector: "full", or "lite", which is faster.
        landmarks: Landmark network: "full", or "lite", which is faster.
        max_hands: Hands wanted; detection pauses while that many are tracked.
    """

    detector: HandVariant = "full"
    landmarks: HandVariant = "full"
    max_hands: int = Field(default=2, ge=1, le=4)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING
