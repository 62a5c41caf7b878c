"""Tracks hands."""

from dataclasses import replace
from functools import partial
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.models.hands import HandMesh, HandObservation
from arpipe.models.palm_detector import PalmDetector, hand_roi
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.networks import Networks
from arpipe.tracking.settings import Mode, rules_of
from arpipe.tracking.tracker import Tracker
from arpipe.tracking.world import WorldTrack
from arpipe.types import Roi, TrackedHand

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 5, "live": 10}
IDLE_EVERY = 3  # frames of a live stream without hands; a search takes as long as a face with everything
SIDE_GAIN = 0.2  # share of a frame's answer in the side of a followed hand: one bad view changes nothing
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=80.0, derivate_cutoff=1.0)


class HandTrack(WorldTrack[HandObservation, TrackedHand]):
    """A hand being followed; it also averages whether it is a right hand."""

    def __init__(self, track_id: int, roi: Roi, config: HandTrackerConfig) -> None:
        super().__init__(track_id, roi, config, WORLD_SMOOTHING)
        self._right_score: float | None = None

    def smooth(self, observed: HandObservation, time_s: float) -> HandObservation:  # noqa: D102
        before = observed.right_score if self._right_score is None else self._right_score
        self._right_score = before + SIDE_GAIN * (observed.right_score - before)
        return replace(super().smooth(observed, time_s), right_score=self._right_score)

    def result(self) -> TrackedHand:  # noqa: D102
        right = self.shown.right_score
        return TrackedHand(
            track_id=self.track_id,
            landmarks=self.shown.landmarks,
            world_m=self.shown.world_m,
            side="right" if right > 0.5 else "left",
            side_score=max(right, 1.0 - right),
            state=self.state,
            age_frames=self.age_frames,
        )


class HandTracker(Tracker[HandTrack, HandObservation, TrackedHand]):
    """Hands of each frame, with ids that last; `open` makes one with its networks.

    Args:
        config: How hands are found and followed.
        networks: Detector and landmark network.
    """

    def __init__(self, config: HandTrackerConfig, networks: Networks[HandObservation]) -> None:
        rules = rules_of(
            config,
            what="hand",
            wanted=config.max_hands,
            search_every=SEARCH_EVERY,
            idle_every=IDLE_EVERY,
        )
        super().__init__(networks, rules, partial(HandTrack, config=config))

    @classmethod
    def open(cls, runtime: Runtime, config: HandTrackerConfig | None = None) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        config = config or HandTrackerConfig()
        detector = PalmDetector(config.detector, runtime, config.min_detection)
        return cls(config, Networks(detector, hand_roi, HandMesh(config.landmarks, runtime)))
