"""Finds conditions that can never hold, such as `expression.jawOpen > 1.5` or `x > 3 and x < 2`.

A condition is split into its cases: the ways in which it can hold, each a set of comparisons that hold together. It is
impossible if every case contradicts itself or the range of a signal. What depends on several numbers is taken as
possible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from math import ceil, floor

from arpipe.controls.nodes import (
    All,
    Atom,
    Comparison,
    Either,
    Labelled,
    Located,
    Node,
    Not,
    Relation,
    Sign,
)
from arpipe.controls.signals import NumberSignal

MAX_CASES = 4096  # beyond it, a condition is taken as possible
OPPOSITE: dict[Sign, Sign] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
REVERSED: dict[Relation, Relation] = {
    "above": "below",
    "below": "above",
    "left_of": "right_of",
    "right_of": "left_of",
    "near": "near",
}


@dataclass(frozen=True, slots=True)
class Literal:
    """A comparison that holds in a case, or does not."""

    atom: Atom
    holds: bool


Case = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a number can still have; an open end is not one of them."""

    low: float
    high: float
    is_low_open: bool = False
    is_high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return self.low > self.high or (self.low == self.high and (self.is_low_open or self.is_high_open))

    def limited(self, sign: Sign, number: float) -> "Range":
        """Return the part of it that a comparison leaves."""
        limited = self
        if sign in (">", ">=", "==") and (number, sign == ">") > (self.low, self.is_low_open):
            limited = replace(limited, low=number, is_low_open=sign == ">")
        if sign in ("<", "<=", "==") and (number, sign != "<") < (self.high, not self.is_high_open):
            limited = replace(limited, high=number, is_high_open=sign == "<")
        return limited

    def whole(self) -> "Range":
        """Return the whole numbers in it."""
        low = floor(self.low) + 1 if self.is_low_open else ceil(self.low)
        high = self.high
        if high not in (float("inf"), float("-inf")):
            high = ceil(high) - 1 if self.is_high_open else floor(high)
        return Range(low, high)


def is_possible(node: Node) -> bool:
    """Whether a condition can hold."""
    cases = list(islice(_cases(node, holds=True), MAX_CASES))
    return len(cases) == MAX_CASES or any(_is_consistent(case) for case in cases)


def _cases(node: Node, *, holds: bool) -> Iterator[Case]:
    """Yield the cases in which a condition holds, or does not."""
    if isinstance(node, Not):
        yield from _cases(node.inner, holds=not holds)
    elif isinstance(node, All | Either):
        if isinstance(node, All) == holds:
            parts = ([*islice(_cases(part, holds=holds), MAX_CASES)] for part in node.parts)
            for combined in product(*parts):
                yield tuple(literal for case in combined for literal in case)
        else:
            for part in node.parts:
                yield from _cases(part, holds=holds)
    else:
        yield (Literal(node, holds),)


def _is_consistent(case: Case) -> bool:
    return _are_numbers_possible(case) and _are_labels_possible(case) and _are_places_possible(case)


def _are_numbers_possible(case: Case) -> bool:
    """Whether every number has a value that satisfies all of its comparisons."""
    comparisons = [
        replace(literal.atom, sign=literal.atom.sign if literal.holds else OPPOSITE[literal.atom.sign])
        for literal in case
        if isinstance(literal.atom, Comparison)
    ]
    numbers = {comparison.signal.name: comparison.signal for comparison in comparisons}
    return all(
        _has_value(signal, [each for each in comparisons if each.signal.name == name])
        for name, signal in numbers.items()
    )


def _has_value(signal: NumberSignal, comparisons: Sequence[Comparison]) -> bool:
    """Whether a number has a value that satisfies comparisons with constants, and with itself."""
    left, excluded = Range(signal.low, signal.high), set[float]()
    for comparison in comparisons:
        if isinstance(comparison.other, NumberSignal):
            if comparison.other.name == signal.name and comparison.sign in ("<", ">", "!="):
                return False
        elif comparison.sign == "!=":
            excluded.add(comparison.other)
        else:
            left = left.limited(comparison.sign, comparison.other)
    left = left.whole() if signal.is_whole else left
    return not left.is_empty and not (left.low == left.high and left.low in excluded)


def _are_labels_possible(case: Case) -> bool:
    """Whether no signal with a single label must have two, or must and must not have one."""
    wanted: dict[str, set[str]] = {}
    refused: set[tuple[str, str]] = set()
    for literal in case:
        atom = literal.atom
        if isinstance(atom, Labelled):
            if literal.holds:
                wanted.setdefault(atom.signal.name, set()).add(atom.label)
                if atom.signal.is_single and len(wanted[atom.signal.name]) > 1:
                    return False
            else:
                refused.add((atom.signal.name, atom.label))
    return not any((name, label) in refused for name, labels in wanted.items() for label in labels)


def _are_places_possible(case: Sequence[Literal]) -> bool:
    placed = {
        (literal.atom.point.name, literal.atom.relation, literal.atom.other.name)
        for literal in case
        if isinstance(literal.atom, Located) and literal.holds and literal.atom.relation != "near"
    }
    return not any(
        one == other or (one, REVERSED[relation], other) in placed or (other, relation, one) in placed
        for one, relation, other in placed
    )
