"""Settings of the expressions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from arpipe.tracking.filters import OneEuroConfig

# A blink is over within 4 frames, so fast changes pass almost unfiltered; noise at rest is reduced to a third.
SMOOTHING = OneEuroConfig(min_cutoff=1.0, beta=8.0, derivate_cutoff=2.0)


class ExpressionConfig(BaseModel):
    """How expressions are measured.

    Attributes:
        neutral: "learn" makes scores relative to the person's neutral face, which is learned from the first seconds and
            kept up to date; "off" gives the network's own. Photos always have the network's own.
        smoothing: One-euro filter of the scores, or "off". Blinks are recognised from scores that are not smoothed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    neutral: Literal["learn", "off"] = "learn"
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING
