"""The packs that apps offer."""

from contextlib import suppress

from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.search import pack_folders
from arpipe.errors import ArpipeError


def valid_packs() -> list[Pack]:
    """Load every valid pack, glasses first, otherwise by name; `arpipe effects list` reports invalid ones."""
    packs = []
    for folder in pack_folders().values():
        with suppress(ArpipeError):
            packs.append(load_pack(folder))
    return sorted(packs, key=lambda pack: "glasses" not in pack.tags)
