"""Settings that the trackers of faces, bodies and hands share."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from arpipe.tracking.filters import OneEuroConfig

Mode = Literal["image", "video", "live"]


class ModeConfig(BaseModel):
    """What every subject's settings have.

    Attributes:
        mode: "image" takes every frame by itself, unsmoothed; "video" follows; "live" follows, too, and searches for
            more subjects less often, so that frames take similar times.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "video"

    @property
    def follows(self) -> bool:
        """Whether subjects are followed from frame to frame."""
        return self.mode != "image"


class TrackerConfig(ModeConfig):
    """How subjects are found and followed; see `ModeConfig` for the mode.

    Attributes:
        min_detection: Least score of a detection.
        min_presence: Least score of landmarks; below it, the subject is missed.
        redetect_every: Frames between searches for more subjects; 0 for the mode's default.
        coast_frames: Missed frames that a subject survives with its id.
        crop_rest: Change of the crop, as a share of its side, below which it rests with the subject, see
            `arpipe.tracking.steady`; 0 follows every tremor, as MediaPipe does.
        smoothing: One-euro filter of the points in px, or "off" for no smoothing at all.
    """

    min_detection: float = Field(default=0.5, ge=0, le=1)
    min_presence: float = Field(default=0.5, ge=0, le=1)
    redetect_every: int = Field(default=0, ge=0)
    coast_frames: int = Field(default=3, ge=0)
    crop_rest: float = Field(default=0.015, ge=0, lt=1)
    smoothing: OneEuroConfig | Literal["off"] = OneEuroConfig()

    @property
    def smooths(self) -> OneEuroConfig | None:
        """How points are smoothed; None for not at all."""
        return self.smoothing if self.follows and self.smoothing != "off" else None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a tracker follows its subjects.

    Attributes:
        what: Name of the subject in messages, such as "body".
        wanted: Most subjects; detection pauses while that many are tracked.
        min_presence: Least score of landmarks; below it, the subject is missed.
        search_every: Frames between searches for more subjects.
        idle_every: Frames between searches while there is none; a subject that is missed is searched at once.
        coast_frames: Missed frames that a subject survives with its id.
        crop_rest: As in `TrackerConfig`.
        core: Part of a square, about its centre, that distinguishes two subjects, as a share of its side.
        remembers: False takes every frame by itself.
        infer_every: Run the networks on every n-th frame and predict in between. Where nothing can be predicted, at low
            frame rates and for new subjects, they run on every frame.
    """

    what: str
    wanted: int
    min_presence: float
    search_every: int
    idle_every: int
    coast_frames: int
    crop_rest: float
    core: float
    remembers: bool
    infer_every: int


def rules_of(
    config: TrackerConfig,
    *,
    what: str,
    wanted: int,
    search_every: dict[Mode, int],
    idle_every: int = 1,
    core: float = 1.0,
    infer_every: int = 1,
) -> Rules:
    """Return the rules that follow from a configuration.

    Args:
        config: The configuration.
        what: As in `Rules`.
        wanted: As in `Rules`.
        search_every: As in `Rules` for each mode, used where the configuration gives 0.
        idle_every: As in `Rules` in mode "live"; recorded streams are searched in every frame.
        core: As in `Rules`; by default whole squares are compared, as in MediaPipe's graphs.
        infer_every: As in `Rules`.
    """
    search = config.redetect_every or search_every[config.mode]
    return Rules(
        what=what,
        wanted=wanted,
        min_presence=config.min_presence,
        search_every=search,
        idle_every=min(idle_every, search) if config.mode == "live" else 1,
        coast_frames=config.coast_frames,
        crop_rest=config.crop_rest,
        core=core,
        remembers=config.follows,
        infer_every=infer_every,
    )
