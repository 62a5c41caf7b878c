"""Gestures of a hand in one frame, and movements of faces and hands over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arpipe.types.rounding import DEG_DIGITS, SECONDS_DIGITS, Record, rounded_or_none

NO_GESTURE = "none"
"""Label of a hand that makes no known gesture."""

GESTURE_NAMES = (
    NO_GESTURE,
    "Closed_Fist",
    "Open_Palm",
    "Pointing_Up",
    "Thumb_Down",
    "Thumb_Up",
    "Victory",
    "ILoveYou",
)
"""Labels in the network's order: MediaPipe's seven gestures, and `NO_GESTURE`."""

EMBEDDING_SIZE = 128

FaceMovement = Literal["blink", "wink_left", "wink_right", "nod", "shake"]
HandMovement = Literal["wave", "swipe_left", "swipe_right", "swipe_up", "swipe_down", "pinch", "circle"]


@dataclass(frozen=True, slots=True, eq=False)
class Gesture:
    """What a hand shows.

    Attributes:
        label: Most probable gesture, of `GESTURE_NAMES`; `NO_GESTURE` where none is probable enough.
        score: Its score in [0, 1].
        scores: Each of `GESTURE_NAMES` → score in [0, 1]; their sum is 1. Averaged over time while the hand is tracked.
    """

    label: str
    score: float
    scores: Mapping[str, float]

    def to_dict(self) -> Record:
        """Return label, score and all scores as JSON-ready values."""
        return {
            "gesture": self.label,
            "gesture_score": rounded_or_none(self.score, DEG_DIGITS),
            "gesture_scores": {
                name: rounded_or_none(score, DEG_DIGITS) for name, score in self.scores.items()
            },
        }

    def __repr__(self) -> str:
        return f"Gesture({self.label}, {self.score:.2f})"


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """A movement that was completed in this frame, such as a blink.

    Attributes:
        name: A `FaceMovement` or a `HandMovement`. Left and right are the person's.
        started_s: When it began, on the clock of `Frame.captured_s`.
        ended_s: When it was complete: the time of the frame.
    """

    name: FaceMovement | HandMovement
    started_s: float
    ended_s: float

    @property
    def duration_s(self) -> float:
        """How long it took, s."""
        return self.ended_s - self.started_s

    def to_dict(self) -> Record:
        """Return name, beginning and duration as JSON-ready values."""
        return {
            "name": self.name,
            "started_s": rounded_or_none(self.started_s, SECONDS_DIGITS),
            "duration_s": rounded_or_none(self.duration_s, SECONDS_DIGITS),
        }

    def __repr__(self) -> str:
        return f"Movement({self.name}, {self.duration_s:.2f} s)"
