"""What conditions can refer to in a frame's result: numbers, labels, points and moments.

Where several faces or bodies are in the picture, a signal is that of the first one, which has been tracked longest; a
gesture is that of any hand, unless a side is named. A signal is None, which is unknown, while its subject is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from arpipe.needs import Need
from arpipe.types import FrameResult, Points


class ClassLabel(Protocol):
    """What a recogniser of one's own classes says about a moment; see `arpipe.recognition`."""

    @property
    def label(self) -> str:
        """The class."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ConditionInput:
    """One frame, as conditions get it.

    Attributes:
        result: Frame and detections.
        class_label: What the recogniser says about it; None without one.
    """

    result: FrameResult
    class_label: ClassLabel | None = None


Read = Callable[[ConditionInput], float | None]


@dataclass(frozen=True, slots=True, eq=False)
class NumberSignal:
    """A number.

    Attributes:
        name: As written in conditions, such as "face.yaw_deg".
        needs: What perception must detect for it.
        read: Returns the number, or None where it is unknown.
        low, high: Range of all its values.
        is_whole: Whether it has whole values only.
    """

    name: str
    needs: frozenset[Need]
    read: Read
    low: float = 0.0
    high: float = 1.0
    is_whole: bool = False

    @property
    def is_score(self) -> bool:
        """Whether it can stand for a condition by itself: it is in [0, 1]."""
        return (self.low, self.high) == (0.0, 1.0) and not self.is_whole

    def value(self, moment: ConditionInput) -> float | None:
        """Return the number; None where it is unknown or not finite."""
        value = self.read(moment)
        return value if value is not None and isfinite(value) else None


@dataclass(frozen=True, slots=True, eq=False)
class LabelSignal:
    """One label of several. Labels are steady: whoever gives them has averaged over time already.

    Attributes:
        name: As written in conditions, such as "gesture".
        needs: What perception must detect for it.
        labels: The labels; None where they are not known yet.
        holds: Whether a label holds; None where nothing is known.
        is_single: Whether only one label holds at a time; two hands may show two gestures.
    """

    name: str
    needs: frozenset[Need]
    labels: tuple[str, ...] | None
    holds: Callable[[ConditionInput, str], bool | None]
    is_single: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PointSignal:
    """A landmark.

    Attributes:
        name: As written in conditions, such as "body.left_wrist".
        needs: What perception must detect for it.
        locate: Returns its (3,) position in image px, or None where it is unknown or hidden.
        reach_px: Returns a length of its subject in px, within which another point is near; None where unknown.
    """

    name: str
    needs: frozenset[Need]
    locate: Callable[[FrameResult], Points | None]
    reach_px: Callable[[FrameResult], float | None]


@dataclass(frozen=True, slots=True, eq=False)
class MomentSignal:
    """Something that is complete in one frame, such as a blink.

    Attributes:
        name: As written in conditions, such as "movement.blink".
        needs: What perception must detect for it.
        happened: Whether it was completed in this frame.
    """

    name: str
    needs: frozenset[Need]
    happened: Callable[[FrameResult], bool]


Signal = NumberSignal | LabelSignal | PointSignal | MomentSignal
