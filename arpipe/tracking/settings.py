"""What the trackers of faces, bodies and hands have in common to be set."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from arpipe.tracking.filters import OneEuroConfig

Mode = Literal["image", "video", "live"]


class TrackerConfig(BaseModel):
    """How subjects are found and followed.

    Attributes:
        mode: "image" takes every frame by itself, unsmoothed; "video" follows; "live" does too and looks for more
            subjects less often, so that frames cost alike.
        min_detection: Score that a detection needs.
        min_presence: Score that landmarks need, else the subject is missed.
        redetect_every: Frames between searches for more; 0 for the mode's own.
        coast_frames: Missed frames that a subject survives with its id.
        crop_rest: Change of the crop, as a share of its side, below which it rests with the subject, see
            `arpipe.tracking.steady`; 0 follows every tremor, as MediaPipe does.
        smoothing: One-euro of the points in px, or "off" for all smoothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "video"
    min_detection: float = Field(default=0.5, ge=0, le=1)
    min_presence: float = Field(default=0.5, ge=0, le=1)
    redetect_every: int = Field(default=0, ge=0)
    coast_frames: int = Field(default=3, ge=0)
    crop_rest: float = Field(default=0.015, ge=0, lt=1)
    smoothing: OneEuroConfig | Literal["off"] = OneEuroConfig()

    @property
    def follows(self) -> bool:
        """Whether a frame's subjects are those of the one before."""
        return self.mode != "image"

    @property
    def smooths(self) -> OneEuroConfig | None:
        """How points are smoothed; None for not at all."""
        return self.smoothing if self.follows and self.smoothing != "off" else None


@dataclass(frozen=True, slots=True)
class Rules:
    """How subjects are followed.

    Attributes:
        what: For messages, such as "body".
        wanted: Most of them; detection rests while that many are tracked.
        min_presence: Score that landmarks need, else the subject is missed.
        search_every: Frames between searches for more.
        coast_frames: Missed frames that a subject survives with its id.
        crop_rest: As in `TrackerConfig`.
        core: Share of a square, about its centre, that tells two subjects apart.
        remembers: False takes every frame by itself.
        look_every: Frames from one that the networks see to the next; between them subjects move on as they did.
            Where that would say nothing, at low frame rates and of newcomers, the networks see every frame.
    """

    what: str
    wanted: int
    min_presence: float
    search_every: int
    coast_frames: int
    crop_rest: float
    core: float
    remembers: bool
    look_every: int


def rules_of(
    config: TrackerConfig,
    *,
    what: str,
    wanted: int,
    search_every: dict[Mode, int],
    core: float = 1.0,
    look_every: int = 1,
) -> Rules:
    """The rules that a configuration means.

    Args:
        config: It.
        what: As of `Rules`.
        wanted: The same.
        search_every: The same by mode, where the configuration says nothing.
        core: As of `Rules`; by default whole squares tell subjects apart, as in MediaPipe's graphs.
        look_every: As of `Rules`.
    """
    return Rules(
        what=what,
        wanted=wanted,
        min_presence=config.min_presence,
        search_every=config.redetect_every or search_every[config.mode],
        coast_frames=config.coast_frames,
        crop_rest=config.crop_rest,
        core=core,
        remembers=config.follows,
        look_every=look_every,
    )
