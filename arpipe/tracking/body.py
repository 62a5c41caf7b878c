"""Bodies over time."""

from typing import Literal

from pydantic import Field

from arpipe.inference.session import SessionConfig
from arpipe.models.body_pose import BodyPose, PersonDetector, body_roi
from arpipe.models.crop_network import Sighting
from arpipe.models.person_search import TiledPersonDetector
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.finder import NetworkFinder
from arpipe.tracking.follow import Finder, Track
from arpipe.tracking.motion import Motion
from arpipe.tracking.settings import Mode, TrackerConfig, rules_of
from arpipe.tracking.subjects import SubjectTracker, world_smoothing
from arpipe.types import TrackedBody

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 10, "live": 30}
TORSO = 0.3  # of the crop's side: people stand shoulder to shoulder at 0.2 sides from hip to hip
LOOK_EVERY = {"full": 1, "fast": 2}
SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=40.0, derivate_cutoff=1.0)
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=40.0, derivate_cutoff=1.0)


class BodyTrackerConfig(TrackerConfig):
    """How bodies are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: "whole" looks at the picture once, "tiled" then part by part: for crowds and people far away.
        variant: "full" looks at each frame, "fast" at every second; between, bodies move on as they did.
        max_bodies: Bodies wanted; detection rests while that many are tracked.
    """

    detector: Literal["whole", "tiled"] = "whole"
    variant: Literal["full", "fast"] = "full"
    max_bodies: int = Field(default=5, ge=1)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING


class BodyTracker(SubjectTracker[Sighting, TrackedBody]):
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
        self.config = config = config or BodyTrackerConfig()
        rules = rules_of(
            config,
            what="body",
            wanted=config.max_bodies,
            search_every=SEARCH_EVERY,
            core=TORSO,
            look_every=LOOK_EVERY[config.variant],
        )
        world = world_smoothing(config, WORLD_SMOOTHING)
        super().__init__(finder or _finder(config, sessions), rules, lambda: Motion(config.smooths, world))

    def _show(self, track: Track[Sighting]) -> TrackedBody:
        seen = track.seen
        return TrackedBody(track.track_id, seen.landmarks, seen.world_m, track.state, track.age_frames)


def _finder(config: BodyTrackerConfig, sessions: SessionConfig | None) -> Finder[Sighting]:
    whole = PersonDetector(config.min_detection, sessions)
    detector = TiledPersonDetector(whole, config.max_bodies) if config.detector == "tiled" else whole
    return NetworkFinder(detector, BodyPose(sessions), body_roi)
