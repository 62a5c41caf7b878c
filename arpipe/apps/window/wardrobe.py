"""The effects that can be worn."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from arpipe.effects.packs import Pack, load_effect, load_pack, pack_folders
from arpipe.errors import ArpipeError


@dataclass(frozen=True, slots=True)
class Outfit:
    """What is worn together: a name to show, and its packs."""

    title: str
    packs: tuple[Pack, ...]


class Wardrobe:
    """Outfits in order, one of them worn.

    Args:
        effects: Those asked for; they come first, worn together. "Nothing" and all single packs follow.
    """

    def __init__(self, effects: Sequence[str]) -> None:
        asked = tuple(load_effect(effect) for effect in effects)
        self.outfits = [Outfit("Nothing", ()), *(Outfit(pack.title, (pack,)) for pack in _all_packs())]
        names = [tuple(pack.name for pack in outfit.packs) for outfit in self.outfits]
        plain = all("(" not in effect for effect in effects)
        asked_names = tuple(pack.name for pack in asked)
        if plain and asked_names in names:
            self.index = names.index(asked_names)
        else:
            self.outfits.insert(1, Outfit(" + ".join(pack.title for pack in asked), asked))
            self.index = 1

    @property
    def worn(self) -> Outfit:
        """The outfit chosen."""
        return self.outfits[self.index]

    def choose(self, index: int) -> bool:
        """Wear another; False when there is none of this number."""
        if not 0 <= index < len(self.outfits):
            return False
        self.index = index
        return True

    def step(self, by: int) -> None:
        """Wear the next ones; after the last comes the first."""
        self.index = (self.index + by) % len(self.outfits)


def _all_packs() -> list[Pack]:
    """Every sound pack: glasses first, then the others, by title."""
    packs = []
    for folder in pack_folders().values():
        with suppress(ArpipeError):  # `arpipe effects list` tells which packs are damaged
            packs.append(load_pack(folder))
    return sorted(packs, key=lambda pack: ("glasses" not in pack.tags, pack.title))
