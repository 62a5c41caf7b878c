"""`arpipe effects list`: the packs that there are, as a table or as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.effects.kinds import kinds
from arpipe.effects.meaning import describes, kinds_about
from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.search import find_packs
from arpipe.errors import AssetError, ConfigError, PluginError
from arpipe.plugins import BUILT_IN


@dataclass(frozen=True, slots=True)
class ListedPack:
    """A pack that was found.

    Attributes:
        name: Name that users write.
        folder: Its folder.
        origin: Where it comes from, as in `FoundPack`.
        pack: The pack; None if it is damaged.
    """

    name: str
    folder: Path
    origin: str
    pack: Pack | None

    @property
    def kinds(self) -> list[str]:
        """Kinds of its layers."""
        return [] if self.pack is None else list(dict.fromkeys(layer.kind for layer in self.pack.layers))

    def matches(self, words: Sequence[str]) -> bool:
        """Whether each word describes its name, title, kinds, tags or description; see `describes`."""
        pack = self.pack
        known = [self.name, *self.kinds, *(() if pack is None else (pack.title, *pack.tags))]
        return all(describes(word, known, "" if pack is None else pack.description) for word in words)


def list_effects(words: Sequence[str] = (), console: Console | None = None) -> None:
    """Print packs and where they come from, then all kinds, which can be used without a pack.

    Args:
        words: Only what all of these describe; empty for everything.
        console: Where to print.
    """
    console = console or Console()
    table = Table(title="effects", title_justify="left")
    for column in ("name", "title", "kinds", "tags", "from"):
        table.add_column(column, overflow="fold")
    for each in _listed(words):
        if each.pack is None:
            hint = f"see: arpipe effects check {escape(str(each.folder))}"
            table.add_row(each.name, "[red]damaged", "", "", hint)
        else:
            cells = (
                each.name,
                each.pack.title,
                ", ".join(each.kinds),
                ", ".join(each.pack.tags),
                each.origin,
            )
            table.add_row(*map(escape, cells))
    names = [_with_provider(name) for name in kinds_about(words)]
    if table.row_count:
        console.print(table)
    if names:
        console.print(f"without a pack: {', '.join(names)}", markup=False, highlight=False)
    if not names and not table.row_count:
        console.print(f"no effect has all of: {', '.join(words)}", markup=False, highlight=False)


def _with_provider(kind: str) -> str:
    provider = kinds()[kind].provider
    return kind if provider == BUILT_IN else f"{kind} (from {provider})"


def as_json(words: Sequence[str] = ()) -> str:
    """Return packs as a JSON array of objects; a damaged one has only `name`, `folder`, `from` and `damaged`."""
    return json.dumps([_record(each) for each in _listed(words)], indent=2, ensure_ascii=False)


def _listed(words: Sequence[str]) -> Iterator[ListedPack]:
    for name, found in find_packs().items():
        try:
            pack = load_pack(found.folder)
        except (AssetError, ConfigError, PluginError):
            pack = None
        listed = ListedPack(name, found.folder, found.origin, pack)
        if listed.matches(words):
            yield listed


def _record(each: ListedPack) -> dict[str, object]:
    place = {"name": each.name, "folder": str(each.folder), "from": each.origin}
    if each.pack is None:
        return {**place, "damaged": True}
    pack = each.pack
    return {
        **place,
        "title": pack.title,
        "description": pack.description,
        "kinds": each.kinds,
        "tags": list(pack.tags),
        "presets": [each.name for each in pack.presets],
        "author": pack.author,
        "license": pack.license,
    }
