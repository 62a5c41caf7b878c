"""Hands over time."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from arpipe.inference.session import SessionConfig
from arpipe.models.hands import HandMesh, HandSighting
from arpipe.models.palm_detector import HandVariant, PalmDetector, hand_roi
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.finder import NetworkFinder
from arpipe.tracking.follow import Finder, Track
from arpipe.tracking.motion import Motion
from arpipe.tracking.settings import Mode, TrackerConfig, rules_of
from arpipe.tracking.subjects import SubjectTracker, world_smoothing
from arpipe.types import TrackedHand

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 5, "live": 10}
SIDE_GAIN = 0.2  # share of a frame's answer in what a followed hand is taken for: one bad view is no change
SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=80.0, derivate_cutoff=1.0)


class HandTrackerConfig(TrackerConfig):
    """How hands are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: "full", or "lite", which is faster.
        landmarks: The same.
        max_hands: Hands wanted; detection rests while that many are tracked.
    """

    detector: HandVariant = "full"
    landmarks: HandVariant = "full"
    max_hands: int = Field(default=2, ge=1, le=4)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING


class HandTracker(SubjectTracker[HandSighting, TrackedHand]):
    """Hands of each frame, with ids that last.

    Args:
        config: How.
        sessions: Where the networks run.
        finder: Used instead of the networks.
    """

    def __init__(
        self,
        config: HandTrackerConfig | None = None,
        sessions: SessionConfig | None = None,
        finder: Finder[HandSighting] | None = None,
    ) -> None:
        self.config = config = config or HandTrackerConfig()
        rules = rules_of(config, what="hand", wanted=config.max_hands, search_every=SEARCH_EVERY)
        world = world_smoothing(config, WORLD_SMOOTHING)
        super().__init__(finder or _finder(config, sessions), rules, lambda: _Memory(config.smooths, world))

    def _show(self, track: Track[HandSighting]) -> TrackedHand:
        right = track.seen.right_score
        return TrackedHand(
            track_id=track.track_id,
            landmarks=track.seen.landmarks,
            world_m=track.seen.world_m,
            side="right" if right > 0.5 else "left",
            side_score=max(right, 1.0 - right),
            state=track.state,
            age_frames=track.age_frames,
        )


class _Memory:
    """Of one hand: its motion, and which side it has been taken for."""

    def __init__(self, smoothing: OneEuroConfig | None, world: OneEuroConfig | None) -> None:
        self._motion = Motion(smoothing, world)
        self._right: float | None = None

    def take(self, seen: HandSighting, time_s: float, size_px: float) -> HandSighting:
        before = seen.right_score if self._right is None else self._right
        self._right = before + SIDE_GAIN * (seen.right_score - before)
        return replace(self._motion.take(seen, time_s, size_px), right_score=self._right)

    def reaches(self, time_s: float) -> bool:
        return self._motion.reaches(time_s)

    def ahead(self, seen: HandSighting, time_s: float) -> HandSighting:
        return self._motion.ahead(seen, time_s)


def _finder(config: HandTrackerConfig, sessions: SessionConfig | None) -> Finder[HandSighting]:
    detector = PalmDetector(config.detector, config.min_detection, sessions)
    return NetworkFinder(detector, HandMesh(config.landmarks, sessions), hand_roi)
