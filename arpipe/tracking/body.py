"""Tracks bodies."""

from functools import partial
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.models.body_pose import BodyPose, PersonDetector, body_roi
from arpipe.models.crop_network import WorldObservation
from arpipe.models.person_search import TiledPersonDetector
from arpipe.tracking.body_config import BodyTrackerConfig
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.networks import Networks
from arpipe.tracking.settings import Mode, rules_of
from arpipe.tracking.tracker import Tracker
from arpipe.tracking.world import WorldTrack
from arpipe.types import TrackedBody

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 10, "live": 30}
IDLE_EVERY = 3  # frames of a live stream without people
TORSO = 0.3  # of the crop's side: people stand shoulder to shoulder at 0.2 sides from hip to hip
INFER_EVERY = {"full": 1, "fast": 2}
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=40.0, derivate_cutoff=1.0)


class BodyTrack(WorldTrack[WorldObservation, TrackedBody]):
    """A body being followed."""

    def result(self) -> TrackedBody:  # noqa: D102
        return TrackedBody(
            self.track_id, self.shown.landmarks, self.shown.world_m, self.state, self.age_frames
        )


class BodyTracker(Tracker[BodyTrack, WorldObservation, TrackedBody]):
    """Bodies of each frame, with ids that last; `open` makes one with its networks.

    Args:
        config: How bodies are found and followed.
        networks: Detector and landmark network.
    """

    def __init__(self, config: BodyTrackerConfig, networks: Networks[WorldObservation]) -> None:
        rules = rules_of(
            config,
            what="body",
            wanted=config.max_bodies,
            search_every=SEARCH_EVERY,
            idle_every=IDLE_EVERY,
            core=TORSO,
            infer_every=INFER_EVERY[config.variant],
        )
        super().__init__(networks, rules, partial(BodyTrack, config=config, world_smoothing=WORLD_SMOOTHING))

    @classmethod
    def open(cls, runtime: Runtime, config: BodyTrackerConfig | None = None) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        config = config or BodyTrackerConfig()
        whole = PersonDetector(runtime, config.min_detection)
        detector = TiledPersonDetector(whole, config.max_bodies) if config.detector == "tiled" else whole
        return cls(config, Networks(detector, body_roi, BodyPose(runtime)))
