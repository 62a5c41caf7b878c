"""Parsed conditions: a tree whose level is computed for each frame.

A level is in [0, 1], and None where it is unknown because a subject is missing. A comparison has level 1 or 0, a
score by itself has its value. `and` takes the lowest level and `or` the highest. What is unknown stays so unless the
rest decides: something unknown `and` something that is 0 is 0.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from arpipe.controls.signals import (
    ConditionInput,
    LabelSignal,
    MomentSignal,
    NumberSignal,
    PointSignal,
    Signal,
)
from arpipe.types import FrameResult

Sign = Literal["<", "<=", ">", ">=", "==", "!="]
Relation = Literal["above", "below", "left_of", "right_of", "near"]

COMPARE: Mapping[Sign, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Score:
    """A score that stands for itself, such as `smile`."""

    signal: NumberSignal

    def level(self, moment: ConditionInput) -> float | None:
        """Return the score."""
        value = self.signal.value(moment)
        return None if value is None else min(max(value, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number compared with another signal or with a constant."""

    signal: NumberSignal
    sign: Sign
    other: NumberSignal | float

    def level(self, moment: ConditionInput) -> float | None:
        """Return 1 if it holds, 0 if not."""
        value = self.signal.value(moment)
        other = self.other.value(moment) if isinstance(self.other, NumberSignal) else self.other
        return None if value is None or other is None else float(COMPARE[self.sign](value, other))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label that holds, such as `gesture == "Thumb_Up"`."""

    signal: LabelSignal
    label: str

    def level(self, moment: ConditionInput) -> float | None:
        """Return 1 if it holds, 0 if another one does."""
        holds = self.signal.holds(moment, self.label)
        return None if holds is None else float(holds)


@dataclass(frozen=True, slots=True)
class Located:
    """A landmark and its place relative to another one."""

    point: PointSignal
    relation: Relation
    other: PointSignal

    def level(self, moment: ConditionInput) -> float | None:
        """Return 1 if it holds, 0 if not."""
        result = moment.result
        one, other = self.point.locate(result), self.other.locate(result)
        if one is None or other is None:
            return None
        holds = self._holds(float(one[0] - other[0]), float(one[1] - other[1]), result)
        return None if holds is None else float(holds)

    def _holds(self, right_px: float, down_px: float, result: FrameResult) -> bool | None:
        if self.relation == "near":
            reach_px = self.other.reach_px(result)
            return None if reach_px is None else math.hypot(right_px, down_px) <= reach_px
        # The person's left is on the right of a picture that is not mirrored.
        along_px = {"above": -down_px, "below": down_px, "left_of": right_px, "right_of": -right_px}
        return along_px[self.relation] > 0


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is complete in this frame, such as `nod`."""

    signal: MomentSignal

    def level(self, moment: ConditionInput) -> float | None:
        """Return 1 in that frame, else 0."""
        return float(self.signal.happened(moment.result))


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    inner: "Node"

    def level(self, moment: ConditionInput) -> float | None:
        """Return 1 minus the level."""
        level = self.inner.level(moment)
        return None if level is None else 1.0 - level


@dataclass(frozen=True, slots=True)
class All:
    """Conditions that hold together."""

    parts: tuple["Node", ...]

    def level(self, moment: ConditionInput) -> float | None:
        """Return the lowest level."""
        return _decided([part.level(moment) for part in self.parts], min, 0.0)


@dataclass(frozen=True, slots=True)
class Either:
    """Conditions of which at least one holds."""

    parts: tuple["Node", ...]

    def level(self, moment: ConditionInput) -> float | None:
        """Return the highest level."""
        return _decided([part.level(moment) for part in self.parts], max, 1.0)


Atom = Score | Comparison | Labelled | Located | Happening
Node = Atom | Not | All | Either


def atoms(node: Node) -> Iterator[Atom]:
    """Yield the comparisons of a condition, in order."""
    if isinstance(node, Not):
        yield from atoms(node.inner)
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from atoms(part)
    else:
        yield node


def _decided(
    levels: Sequence[float | None], choose: Callable[[Sequence[float]], float], decisive: float
) -> float | None:
    """Choose among levels; None if some are unknown and none of the others is decisive."""
    known = [level for level in levels if level is not None]
    return choose(known) if len(known) == len(levels) or decisive in known else None


def signals_of(atom: Atom) -> tuple[Signal, ...]:
    """Return the signals that a comparison refers to."""
    if isinstance(atom, Comparison) and isinstance(atom.other, NumberSignal):
        return atom.signal, atom.other
    if isinstance(atom, Located):
        return atom.point, atom.other
    return (atom.signal,)
