"""Bodies over time."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from arpipe.inference.session import SessionConfig
from arpipe.models.body_pose import BodyPose, PersonDetector, body_roi
from arpipe.models.crop_network import Sighting
from arpipe.models.person_search import TiledPersonDetector
from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.follow import Finder, Follower, Rules, Track
from arpipe.tracking.tracker import Mode
from arpipe.types import Frame, Roi, TrackedBody

REDETECT_EVERY: dict[Mode, int] = {"image": 1, "video": 10, "live": 30}
TORSO = 0.3  # of the crop's side: people stand shoulder to shoulder at 0.2 sides from hip to hip
LOOK_EVERY = {"full": 1, "fast": 2}
SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=40.0, derivate_cutoff=1.0)
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=40.0, derivate_cutoff=1.0)


class BodyTrackerConfig(BaseModel):
    """How bodies are found and followed.

    Attributes:
        mode: As in `FaceTrackerConfig`.
        detector: "whole" looks at the picture once, "tiled" then part by part: for crowds and people far away.
        variant: "full" looks at each frame, "fast" at every second; between, bodies move on as they did.
        max_bodies: Bodies wanted; detection rests while that many are tracked.
        min_detection: Score that a detection needs.
        min_presence: Score that landmarks need, else the body is missed.
        redetect_every: Frames between searches for more bodies; 0 for the mode's own.
        coast_frames: Missed frames that a body survives with its id.
        crop_rest: As in `FaceTrackerConfig`.
        smoothing: One-euro of the points in px, or "off" for these and those in m.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "video"
    detector: Literal["whole", "tiled"] = "whole"
    variant: Literal["full", "fast"] = "full"
    max_bodies: int = Field(default=5, ge=1)
    min_detection: float = Field(default=0.5, ge=0, le=1)
    min_presence: float = Field(default=0.5, ge=0, le=1)
    redetect_every: int = Field(default=0, ge=0)
    coast_frames: int = Field(default=3, ge=0)
    crop_rest: float = Field(default=0.015, ge=0, lt=1)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING


class BodyFinder:
    """The networks for bodies, a `Finder`.

    Args:
        config: How people are detected.
        sessions: Where the networks run.
    """

    def __init__(self, config: BodyTrackerConfig, sessions: SessionConfig | None = None) -> None:
        whole = PersonDetector(config.min_detection, sessions)
        self._detector = (
            TiledPersonDetector(whole, config.max_bodies) if config.detector == "tiled" else whole
        )
        self._pose = BodyPose(sessions)

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._pose.provider

    def search(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        """Squares around people; see `Finder`."""
        return [
            roi for person in self._detector.detect(frame, timer) if (roi := body_roi(person)) is not None
        ]

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Sighting | None]:
        """See `BodyPose.locate`."""
        return self._pose.locate(frame, rois, timer)

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._detector.close()
        self._pose.close()


class BodyTracker:
    """Bodies of each frame, with ids that last.

    Args:
        config: How.
        sessions: Where the networks run.
        finder: Used instead of the networks.
    """

    def __init__(
        self,
        config: BodyTrackerConfig | None = None,
        sessions: SessionConfig | None = None,
        finder: Finder[Sighting] | None = None,
    ) -> None:
        self.config = config or BodyTrackerConfig()
        found_by = finder or BodyFinder(self.config, sessions)
        self._bodies = Follower(found_by, _rules(self.config))

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._bodies.provider

    @property
    def nonfinite_outputs(self) -> int:
        """How often a network answered with NaN or infinity."""
        return self._bodies.nonfinite_outputs

    def update(self, frame: Frame, timer: StageTimer) -> tuple[TrackedBody, ...]:
        """Bodies of the next frame, in order of `track_id`; empty when there is none."""
        return tuple(_shown(track) for track in self._bodies.update(frame, timer))

    def predict(self, frame: Frame) -> tuple[TrackedBody, ...]:
        """The known bodies where they probably are in a frame that no network looks at."""
        return tuple(_shown(track) for track in self._bodies.predict(frame))

    def reset(self) -> None:
        """Forget all bodies; ids start again from 1."""
        self._bodies.reset()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._bodies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _shown(track: Track[Sighting]) -> TrackedBody:
    seen = track.seen
    return TrackedBody(track.track_id, seen.landmarks, seen.world_m, track.state, track.age_frames)


def _rules(config: BodyTrackerConfig) -> Rules:
    moving = config.mode != "image"
    smooths = moving and config.smoothing != "off"
    return Rules(
        what="body",
        wanted=config.max_bodies,
        min_presence=config.min_presence,
        redetect_every=config.redetect_every or REDETECT_EVERY[config.mode],
        coast_frames=config.coast_frames,
        crop_rest=config.crop_rest,
        core=TORSO,
        remembers=moving,
        look_every=LOOK_EVERY[config.variant],
        smoothing=config.smoothing if smooths and config.smoothing != "off" else None,
        world_smoothing=WORLD_SMOOTHING if smooths else None,
    )
