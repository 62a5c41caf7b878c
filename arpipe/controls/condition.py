"""A checked condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from arpipe.controls.catalog import CLASS, Names
from arpipe.controls.grammar import parse
from arpipe.controls.nodes import Happening, Labelled, Node, atoms, signals_of
from arpipe.controls.possible import is_possible
from arpipe.controls.signals import ConditionInput, NumberSignal
from arpipe.errors import ConfigError
from arpipe.needs import Need


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on a frame's result.

    Attributes:
        text: As written.
        node: As parsed.
    """

    text: str
    node: Node

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for it."""
        signals = (signal for atom in atoms(self.node) for signal in signals_of(atom))
        return frozenset().union(*(signal.needs for signal in signals))

    @property
    def has_classes(self) -> bool:
        """Whether it needs a recognizer."""
        return any(signal.name == CLASS for atom in atoms(self.node) for signal in signals_of(atom))

    @property
    def is_momentary(self) -> bool:
        """Whether it can hold in single frames only, because it depends on a movement that is complete in one."""
        return any(isinstance(atom, Happening) for atom in atoms(self.node))

    @property
    def is_steady(self) -> bool:
        """Whether it depends on labels alone, which are steady by themselves."""
        return all(isinstance(atom, Labelled) for atom in atoms(self.node))

    def level(self, moment: ConditionInput) -> float:
        """Return how well it holds, in [0, 1]; 0 where that is unknown, because a subject is missing."""
        level = self.node.level(moment)
        return 0.0 if level is None else level


def parse_condition(text: str, classes: Sequence[str] | None = None) -> Condition:
    """Parse and check a condition; the grammar is in `arpipe.controls.grammar`.

    Args:
        text: Such as `expression.jawOpen > 0.5`.
        classes: Labels that `class` can have; None leaves them open.

    Raises:
        ConfigError: It is not a condition, has an unknown name, or can never hold.
    """
    node = parse(text, Names(classes))
    if not is_possible(node):
        raise ConfigError(f"condition {text!r} can never hold; {_advice(node)}")
    return Condition(text, node)


def _advice(node: Node) -> str:
    """Return why a condition is impossible: the range of its number, or a contradiction."""
    first, *further = atoms(node)
    signal = signals_of(first)[0]
    if further or not isinstance(signal, NumberSignal):
        return "its parts contradict each other"
    return f"{signal.name} is from {signal.low:g} to {signal.high:g}"


def number_signal(name: str) -> NumberSignal:
    """Return the number of a name, such as "expression.jawOpen".

    Raises:
        ConfigError: There is no such name, or it is not a number.
    """
    signal = Names().find(name)
    if not isinstance(signal, NumberSignal):
        raise ConfigError(f"{signal.name!r} is not a number")
    return signal


def _checked(text: str) -> str:
    parse_condition(text)
    return text


ConditionText = Annotated[str, AfterValidator(_checked)]
"""A condition as written in files, checked except for the labels of classes."""
