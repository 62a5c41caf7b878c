"""What the trackers of faces, bodies and hands share."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.follow import Finder, Follower, Memory, Seen, Track
from arpipe.tracking.settings import Rules, TrackerConfig
from arpipe.types import Frame

Shown = TypeVar("Shown")


class SubjectTracker(ABC, Generic[Seen, Shown]):
    """Subjects of each frame, with ids that last.

    Args:
        finder: The networks; closed with the tracker.
        rules: How subjects are followed.
        remember: Makes the memory of one.
    """

    def __init__(self, finder: Finder[Seen], rules: Rules, remember: Callable[[], Memory[Seen]]) -> None:
        self._follower = Follower(finder, rules, remember)

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._follower.provider

    @property
    def nonfinite_outputs(self) -> int:
        """How often a network answered with NaN or infinity."""
        return self._follower.nonfinite_outputs

    def update(self, frame: Frame, timer: StageTimer, every: int = 1) -> tuple[Shown, ...]:
        """Subjects of the next frame, in order of `track_id`; empty when there is none.

        Args:
            frame: The next frame of one source.
            timer: Gets the stages detect, crop, infer, decode and track, or predict.
            every: As of `Follower.update`.
        """
        return tuple(self._show(track) for track in self._follower.update(frame, timer, every))

    def reset(self) -> None:
        """Forget all subjects; ids start again from 1."""
        self._follower.reset()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._follower.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def _show(self, track: Track[Seen]) -> Shown:
        """What callers get of a track."""


def world_smoothing(config: TrackerConfig, usual: OneEuroConfig) -> OneEuroConfig | None:
    """How points in metres are smoothed: as usual where those in px are, else not at all."""
    return None if config.smooths is None else usual
