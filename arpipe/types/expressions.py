"""Facial expressions: scores with ARKit's names, values derived from them, and the direction of the gaze."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from arpipe.spelling import nearest
from arpipe.types.rounding import DEG_DIGITS, Record, rounded_or_none

EXPRESSION_NAMES = (
    "_neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
)
"""Names of the scores, in the network's order: ARKit's, and `_neutral`, which MediaPipe lists first."""

TONGUE_OUT = "tongueOut"
"""ARKit's name of a further score, known where mesh "v2" follows the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Expressions(Mapping[str, float]):
    """Scores of a face's expression by name: `face.expressions["jawOpen"]`. Left and right are the person's.

    The properties are derived from the scores and are in [0, 1], too; `DERIVED` lists them by name.

    Attributes:
        scores: Each name of `EXPRESSION_NAMES`, and `TONGUE_OUT` where it is known → score in [0, 1]. While a person is
            tracked, the scores are relative to the person's neutral face; those of a photo are the network's own.
    """

    scores: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        """Return a score.

        Raises:
            KeyError: There is no such name; the message has the nearest one.
        """
        if name not in self.scores:
            raise KeyError(f"there is no expression {name!r}{nearest(name, self.scores)}")
        return self.scores[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scores)

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def mouth_open(self) -> float:
        """`jawOpen`."""
        return self["jawOpen"]

    @property
    def smile(self) -> float:
        """Mean of `mouthSmileLeft` and `mouthSmileRight`."""
        return (self["mouthSmileLeft"] + self["mouthSmileRight"]) / 2.0

    @property
    def blink_left(self) -> float:
        """`eyeBlinkLeft`: 1 with the person's left eye closed."""
        return self["eyeBlinkLeft"]

    @property
    def blink_right(self) -> float:
        """`eyeBlinkRight`: 1 with the person's right eye closed."""
        return self["eyeBlinkRight"]

    @property
    def wink_left(self) -> float:
        """How much further the left eye is closed than the right one; 0 if it is not."""
        return max(0.0, self.blink_left - self.blink_right)

    @property
    def wink_right(self) -> float:
        """How much further the right eye is closed than the left one; 0 if it is not."""
        return max(0.0, self.blink_right - self.blink_left)

    @property
    def brow_raise(self) -> float:
        """The larger of `browInnerUp` and the mean of `browOuterUpLeft` and `browOuterUpRight`."""
        return max(self["browInnerUp"], (self["browOuterUpLeft"] + self["browOuterUpRight"]) / 2.0)

    def to_dict(self) -> Record:
        """Return the scores as JSON-ready values."""
        return {name: rounded_or_none(score, DEG_DIGITS) for name, score in self.scores.items()}

    def derived(self) -> Record:
        """Return the derived values by name as JSON-ready values."""
        return {name: rounded_or_none(value(self), DEG_DIGITS) for name, value in DERIVED.items()}

    def __repr__(self) -> str:
        highest = sorted(self.scores, key=self.scores.__getitem__, reverse=True)[:3]
        return f"Expressions({', '.join(f'{name}={self.scores[name]:.2f}' for name in highest)}, …)"


DERIVED: Mapping[str, Callable[[Expressions], float]] = {
    "mouth_open": lambda expressions: expressions.mouth_open,
    "smile": lambda expressions: expressions.smile,
    "blink_left": lambda expressions: expressions.blink_left,
    "blink_right": lambda expressions: expressions.blink_right,
    "wink_left": lambda expressions: expressions.wink_left,
    "wink_right": lambda expressions: expressions.wink_right,
    "brow_raise": lambda expressions: expressions.brow_raise,
}
"""Name of a derived value → function that computes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaze:
    """Where both eyes look, relative to the head; both angles are 0 straight ahead.

    Attributes:
        yaw_deg: > 0: to the viewer's right, as in `HeadPose`.
        pitch_deg: > 0: up, as in `HeadPose`.
    """

    yaw_deg: float
    pitch_deg: float

    def to_dict(self) -> Record:
        """Return the angles as JSON-ready values."""
        return {
            "gaze_yaw_deg": rounded_or_none(self.yaw_deg, DEG_DIGITS),
            "gaze_pitch_deg": rounded_or_none(self.pitch_deg, DEG_DIGITS),
        }
