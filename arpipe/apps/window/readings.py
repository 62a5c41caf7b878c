"""What the panel of expressions and gestures shows of a result."""

from dataclasses import dataclass

from arpipe.types import FrameResult, TrackedFace, TrackedHand
from arpipe.types.expressions import DERIVED

MOST_SCORES = 6
LEAST_SCORE = 0.05
MOVEMENT_S = 1.5  # for which a movement is shown after its end


@dataclass(frozen=True, slots=True)
class Readings:
    """Rows of the panel.

    Attributes:
        scores: Names with values in [0, 1]: what is derived from the expression, then its highest scores.
        lines: Gaze, gestures and movements as text.
    """

    scores: tuple[tuple[str, float], ...]
    lines: tuple[str, ...]


class ReadingsLog:
    """Follows results, and keeps movements in view for a while."""

    def __init__(self) -> None:
        self._movements: dict[str, float] = {}

    def observe(self, result: FrameResult) -> None:
        """Take the movements of a result into account."""
        now_s = result.frame.captured_s
        ended = [each for face in result.faces for each in face.movements]
        ended += [each for hand in result.hands for each in hand.movements]
        self._movements.update({each.name: each.ended_s for each in ended})
        self._movements = {name: end for name, end in self._movements.items() if now_s - end <= MOVEMENT_S}

    def read(self, result: FrameResult) -> Readings:
        """Return the rows for a result; those of the first face, and of all hands."""
        face = result.faces[0] if result.faces else None
        lines = (*_face_lines(face), *map(_hand_line, result.hands))
        moved = (f"movement: {', '.join(self._movements)}",) if self._movements else ()
        return Readings(_scores(face), (*lines, *moved))


def detects_readings(result: FrameResult) -> bool:
    """Whether expressions or gestures are detected at all."""
    expressions = any(face.expressions is not None for face in result.faces)
    return expressions or any(hand.gesture is not None for hand in result.hands)


def _scores(face: TrackedFace | None) -> tuple[tuple[str, float], ...]:
    if face is None or face.expressions is None:
        return ()
    expressions = face.expressions
    derived = [(name.replace("_", " "), value(expressions)) for name, value in DERIVED.items()]
    highest = sorted(expressions.items(), key=lambda pair: pair[1], reverse=True)[:MOST_SCORES]
    strong = [(name, score) for name, score in highest if score >= LEAST_SCORE]
    return tuple((name, round(score, 2)) for name, score in (*derived, *strong))


def _face_lines(face: TrackedFace | None) -> tuple[str, ...]:
    if face is None or face.gaze is None:
        return ()
    return (f"gaze: {face.gaze.yaw_deg:+.0f}° sideways, {face.gaze.pitch_deg:+.0f}° up",)


def _hand_line(hand: TrackedHand) -> str:
    if hand.gesture is None:
        return f"{hand.side} hand"
    return f"{hand.side} hand: {hand.gesture.label.replace('_', ' ')}, {hand.gesture.score:.0%}"
