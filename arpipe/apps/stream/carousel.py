"""The effects that can be selected while arpipe runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from arpipe.apps.packs import valid_packs
from arpipe.effects.packs import Pack, load_effect


@dataclass(frozen=True, slots=True)
class EffectChoice:
    """Packs that are selected together, and the title shown for them."""

    title: str
    packs: tuple[Pack, ...]


class Carousel:
    """A ring of choices, one of them selected.

    Args:
        effects: The configured effects. Together they are the first selection; "Nothing" and all single packs are
            the other choices.
        further: Specs of effects that can be chosen as well, by triggers.

    Attributes:
        choices: The choices, "Nothing" first.
        index: The selected one.
    """

    def __init__(self, effects: Sequence[str], further: Sequence[str] = ()) -> None:
        configured = tuple(load_effect(effect) for effect in effects)
        packs = sorted(valid_packs(), key=lambda pack: ("glasses" not in pack.tags, pack.title))
        self.choices = [EffectChoice("Nothing", ()), *(EffectChoice(pack.title, (pack,)) for pack in packs)]
        names = [tuple(pack.name for pack in choice.packs) for choice in self.choices]
        has_parameters = any("(" in effect for effect in effects)
        configured_names = tuple(pack.name for pack in configured)
        if configured_names in names and not has_parameters:
            self.index = names.index(configured_names)
        else:
            title = " + ".join(pack.title for pack in configured)
            self.choices.insert(1, EffectChoice(title, configured))
            self.index = 1
        self._by_spec = {spec: self._place(load_effect(spec)) for spec in further}

    @property
    def selected(self) -> EffectChoice:
        """The selected choice."""
        return self.choices[self.index]

    def select(self, index: int) -> bool:
        """Select a choice by its index; False if there is no such choice."""
        if not 0 <= index < len(self.choices):
            return False
        self.index = index
        return True

    def choose(self, effect: str) -> None:
        """Select one of the further effects by its spec."""
        self.index = self._by_spec[effect]

    def step(self, by: int) -> None:
        """Select the choice `by` places further on; the ring has no end."""
        self.index = (self.index + by) % len(self.choices)

    def _place(self, pack: Pack) -> int:
        """Return the index of the choice with a pack alone; it is added if there is none."""
        alone = [choice.packs for choice in self.choices]
        if (pack,) in alone:
            return alone.index((pack,))
        self.choices.append(EffectChoice(pack.title, (pack,)))
        return len(self.choices) - 1
