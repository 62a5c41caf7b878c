"""Hands over time."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from arpipe.inference.session import SessionConfig
from arpipe.models.hands import HandMesh, HandSighting
from arpipe.models.palm_detector import HandVariant, PalmDetector, hand_roi
from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.follow import Finder, Follower, Rules, Track
from arpipe.tracking.tracker import Mode
from arpipe.types import Frame, Roi, TrackedHand

REDETECT_EVERY: dict[Mode, int] = {"image": 1, "video": 5, "live": 10}
WHOLE = 1.0  # of the crop's side: two hands are told apart by their squares, as in MediaPipe's graph
SIDE_GAIN = 0.2  # share of a frame's answer in what a followed hand is taken for: one bad view is no change
SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=80.0, derivate_cutoff=1.0)


class HandTrackerConfig(BaseModel):
    """How hands are found and followed.

    Attributes:
        mode: As in `FaceTrackerConfig`.
        detector: "full", or "lite", which is faster.
        landmarks: The same.
        max_hands: Hands wanted; detection rests while that many are tracked.
        min_detection: Score that a detection needs.
        min_presence: Score that landmarks need, else the hand is missed.
        redetect_every: Frames between searches for more hands; 0 for the mode's own.
        coast_frames: Missed frames that a hand survives with its id.
        crop_rest: As in `FaceTrackerConfig`.
        smoothing: One-euro of the points in px, or "off" for these and those in m.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "video"
    detector: HandVariant = "full"
    landmarks: HandVariant = "full"
    max_hands: int = Field(default=2, ge=1, le=4)
    min_detection: float = Field(default=0.5, ge=0, le=1)
    min_presence: float = Field(default=0.5, ge=0, le=1)
    redetect_every: int = Field(default=0, ge=0)
    coast_frames: int = Field(default=3, ge=0)
    crop_rest: float = Field(default=0.015, ge=0, lt=1)
    smoothing: OneEuroConfig | Literal["off"] = SMOOTHING


class HandFinder:
    """The networks for hands, a `Finder`.

    Args:
        config: Which networks.
        sessions: Where they run.
    """

    def __init__(self, config: HandTrackerConfig, sessions: SessionConfig | None = None) -> None:
        self._detector = PalmDetector(config.detector, config.min_detection, sessions)
        self._mesh = HandMesh(config.landmarks, sessions)

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._mesh.provider

    def search(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        """Squares around hands; see `Finder`."""
        return [roi for palm in self._detector.detect(frame, timer) if (roi := hand_roi(palm)) is not None]

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[HandSighting | None]:
        """See `HandMesh.locate`."""
        return self._mesh.locate(frame, rois, timer)

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._detector.close()
        self._mesh.close()


class HandTracker:
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
        self.config = config or HandTrackerConfig()
        self._hands = Follower(finder or HandFinder(self.config, sessions), _rules(self.config))
        self._right: dict[int, float] = {}

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._hands.provider

    @property
    def nonfinite_outputs(self) -> int:
        """How often a network answered with NaN or infinity."""
        return self._hands.nonfinite_outputs

    def update(self, frame: Frame, timer: StageTimer) -> tuple[TrackedHand, ...]:
        """Hands of the next frame, in order of `track_id`; empty when there is none."""
        tracks = self._hands.update(frame, timer)
        self._right = {track.track_id: self._right_score(track) for track in tracks}
        return tuple(_shown(track, self._right[track.track_id]) for track in tracks)

    def predict(self, frame: Frame) -> tuple[TrackedHand, ...]:
        """The known hands where they probably are in a frame that no network looks at."""
        return tuple(_shown(track, self._right[track.track_id]) for track in self._hands.predict(frame))

    def reset(self) -> None:
        """Forget all hands; ids start again from 1."""
        self._hands.reset()
        self._right = {}

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._hands.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _right_score(self, track: Track[HandSighting]) -> float:
        now = track.seen.right_score
        if self.config.mode == "image":
            return now
        before = self._right.get(track.track_id, now)
        return before + SIDE_GAIN * (now - before)


def _shown(track: Track[HandSighting], right: float) -> TrackedHand:
    return TrackedHand(
        track_id=track.track_id,
        landmarks=track.seen.landmarks,
        world_m=track.seen.world_m,
        side="right" if right > 0.5 else "left",
        side_score=max(right, 1.0 - right),
        state=track.state,
        age_frames=track.age_frames,
    )


def _rules(config: HandTrackerConfig) -> Rules:
    moving = config.mode != "image"
    smooths = moving and config.smoothing != "off"
    return Rules(
        what="hand",
        wanted=config.max_hands,
        min_presence=config.min_presence,
        redetect_every=config.redetect_every or REDETECT_EVERY[config.mode],
        coast_frames=config.coast_frames,
        crop_rest=config.crop_rest,
        core=WHOLE,
        remembers=moving,
        look_every=1,
        smoothing=config.smoothing if smooths and config.smoothing != "off" else None,
        world_smoothing=WORLD_SMOOTHING if smooths else None,
    )
