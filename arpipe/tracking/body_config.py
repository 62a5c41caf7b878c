"""Settings of the body tracker."""

from typing import Literal

from pydantic import Field

from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.settings import TrackerConfig

SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=40.0, derivate_cutoff=1.0)


class BodyTrackerConfig(TrackerConfig):
    """How bodies are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: "whole" runs on the whole frame; "tiled" then runs on tiles, for crowds and people far away.
        variant: "full" runs the networks on every frame, "fast" on every second one and predicts in between.
        max_bodies: Bodies wanted; detection pauses while that many are tracked.
    """

    detector: Literal["whole", "tiled"] = "whole"
    variant: Literal["full", "fast"] = "full"
    max_bodies: int = Field(default=5, ge=1)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING
