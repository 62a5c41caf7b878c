"""What triggers can do to a running app: the same as its keys and buttons."""

from collections.abc import Set
from typing import Protocol

from arpipe.controls.actions import Action
from arpipe.controls.config import ParameterValue


class Commands(Protocol):
    """Carries out commands; each raises an ArpipeError if it cannot be done."""

    @property
    def actions(self) -> Set[Action]:
        """The actions that this app has."""
        ...

    def act(self, action: Action) -> None:
        """Carry out one of the actions."""
        ...

    def choose(self, effect: str) -> None:
        """Select an effect by its spec."""
        ...

    def set_background(self, parameters: str) -> None:
        """Put a background behind the person, such as "blur=18"; "" for none."""
        ...

    def set_parameter(self, key: str, value: ParameterValue) -> None:
        """Change a parameter of an effect, such as "lipstick.opacity"."""
        ...
