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
        packs = sorted(valid_packs(), key=lambda pack: ("glasses" not in pack.tags, pack.title))
        self.choices = [EffectChoice("Nothing", ()), *(EffectChoice(pack.title, (pack,)) for pack in packs)]
        self.index = self._place_configured(effects)
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

    def _place_configured(self, effects: Sequence[str]) -> int:
        """Return the index of the configured effects; adds them as a choice unless there is such a one."""
        packs = tuple(load_effect(effect) for effect in effects)
        wanted = _names(packs)
        names = [_names(choice.packs) for choice in self.choices]
        has_parameters = any("(" in effect for effect in effects)
        if wanted in names and not has_parameters:
            return names.index(wanted)
        self.choices.insert(1, EffectChoice(" + ".join(pack.title for pack in packs), packs))
        return 1

    def _place(self, pack: Pack) -> int:
        """Return the index of the choice with a pack alone; it is added if there is none."""
        alone = [choice.packs for choice in self.choices]
        if (pack,) in alone:
            return alone.index((pack,))
        self.choices.append(EffectChoice(pack.title, (pack,)))
        return len(self.choices) - 1


def _names(packs: Sequence[Pack]) -> tuple[str, ...]:
    return tuple(pack.name for pack in packs)
