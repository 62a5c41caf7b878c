"""How a recogniser is trained."""

from pydantic import BaseModel, ConfigDict, Field

from arpipe.recognition.features import FeatureName

DEFAULT_FEATURES: tuple[FeatureName, ...] = ("hand", "hands", "face")


class TeachConfig(BaseModel):
    """Settings of `arpipe teach`.

    Attributes:
        features: What of a person counts: "hand" is the shape of the largest hand, "hands" where both hands are and how
            they are held, "face" how the head is turned, "body" the posture, "expressions" the face's expression.
        window_s: Length of a movement, s; 0 for still poses. None takes 0.6 s if all samples are clips, else 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[FeatureName, ...] = Field(default=DEFAULT_FEATURES, min_length=1)
    window_s: float | None = Field(default=None, ge=0, le=1)
