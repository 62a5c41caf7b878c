"""One subject being followed: its place, what is shown of it, and its prediction."""

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from arpipe.models.crop_network import Observed
from arpipe.tracking.context import FrameContext
from arpipe.tracking.prediction import Predictor
from arpipe.types import Roi, TrackState

Result = TypeVar("Result")


class Track(ABC, Generic[Observed, Result]):
    """A subject with an identity.

    Args:
        track_id: From 1, never reused.
        roi: Square in which the subject was found.

    Attributes:
        track_id: As given.
        roi: Square to crop in the next frame.
        shown: The last observation, smoothed, or its prediction; set by the first `take`.
        age_frames: Frames since the track began.
        missed: Frames with inference since the subject was last found.
    """

    shown: Observed

    def __init__(self, track_id: int, roi: Roi) -> None:
        self.track_id = track_id
        self.roi = roi
        self.age_frames = 0
        self.missed = 0
        self._predictor: Predictor[Observed] = Predictor(self.extrapolate)

    @property
    def state(self) -> TrackState:
        """State as in `TrackedFace`."""
        return "coasting" if self.missed else "tracked" if self.age_frames else "new"

    def take(self, observed: Observed, time_s: float) -> None:
        """Show an observation, smoothed; the subject is not missed any more."""
        self.missed = 0
        self.shown = self.smooth(observed, time_s)

    def finish(self, context: FrameContext) -> None:
        """Record what is shown at the end of a frame with inference, for prediction."""
        self._predictor.observe(self.shown, context.frame.captured_s)

    def can_predict(self, time_s: float) -> bool:
        """Whether the last movement predicts anything about a time."""
        return self._predictor.reaches(time_s)

    def predict(self, time_s: float) -> bool:
        """Show the subject where it probably is in a frame without inference.

        Returns:
            False if nothing predicts that, and what was shown stays.
        """
        self.age_frames += 1
        predicted = self._predictor.predict(time_s)
        if predicted is None:
            return False
        self.shown = predicted
        return True

    @abstractmethod
    def smooth(self, observed: Observed, time_s: float) -> Observed:
        """Smooth an observation with those before it."""

    @staticmethod
    @abstractmethod
    def extrapolate(before: Observed, last: Observed, factor: float) -> Observed | None:
        """Extrapolate the movement between two observations, see `Predictor`."""

    @abstractmethod
    def result(self) -> Result:
        """Return what callers get of the subject."""


AnyTrack = Track[Any, Any]
"""A track of any subject."""
