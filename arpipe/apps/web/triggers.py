"""What triggers make a page do: they press its buttons, and choose and change its effects."""

from collections.abc import Sequence, Set

from arpipe.apps.reactions.reactions import effects_of, triggers_of
from arpipe.apps.stream.selection import load_background
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.controls.actions import Action
from arpipe.controls.config import ControlConfig, ParameterValue
from arpipe.effects.packs import Pack

Message = dict[str, object]

PAGE_ACTIONS = frozenset(
    {
        Action.PAUSE,
        Action.RECORD,
        Action.SNAPSHOT,
        Action.PREVIOUS,
        Action.NEXT,
        Action.NONE,
        Action.MIRROR,
    }
)
"""Actions that a page has; browsers let nothing but a click open the full screen."""


class PageCommands:
    """Collects messages that make a page do what triggers ask for; see `arpipe.apps.reactions.commands.Commands`.

    Args:
        catalog: The effects on offer.

    Attributes:
        background: What is drawn behind the person, beneath the effects of the page; None for nothing.
    """

    def __init__(self, catalog: EffectCatalog) -> None:
        self.background: Pack | None = None
        self._catalog = catalog
        self._messages: list[Message] = []

    @property
    def actions(self) -> Set[Action]:
        """The actions that a page has."""
        return PAGE_ACTIONS

    def act(self, action: Action) -> None:
        """Press a button of the page."""
        self._messages.append({"type": "do", "do": action.value})

    def choose(self, effect: str) -> None:
        """Select an effect on the page."""
        self._messages.append({"type": "do", "do": "effect", **self._catalog.setting(effect)})

    def set_background(self, parameters: str) -> None:
        """Put a background behind the person, or none."""
        self.background = load_background(parameters)

    def set_parameter(self, key: str, value: ParameterValue) -> None:
        """Move a slider of the page."""
        effect, _, parameter = key.partition(".")
        self._messages.append({"type": "do", "do": "set", "id": effect, "key": parameter, "value": value})

    def take(self) -> list[Message]:
        """Return the messages since the last call."""
        messages, self._messages = self._messages, []
        return messages


def offer_effects(catalog: EffectCatalog, controls: Sequence[ControlConfig]) -> None:
    """Put the effects of controls into a catalog, and check that a page can make the changes that they ask for.

    Raises:
        ConfigError: There is no such effect, or it has a parameter that a page cannot adjust.
    """
    for effect in effects_of(controls):
        catalog.setting(effect)
    for trigger in triggers_of(controls):
        for key, value in trigger.set.items():
            effect, _, parameter = key.partition(".")
            catalog.entry(effect).pack({parameter: value})
