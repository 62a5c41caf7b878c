"""The effects that the page offers: all packs, with their adjustable parameters.

A page can only activate effects of this catalog and set the listed parameters; it can name no files.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from arpipe.apps.effect_controls import AXES, Control, PlainValue, pack_controls
from arpipe.apps.packs import valid_packs
from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.presets import PRESET_KEY
from arpipe.effects.spec import parse_spec
from arpipe.errors import ConfigError
from arpipe.spelling import nearest

LARGEST_PRINTED = 10**20

Group = Literal["glasses", "looks", "makeup", "background", "more"]
GROUPS: dict[str, Group] = {
    "glasses": "glasses",
    "look": "looks",
    "paint": "looks",
    "makeup": "makeup",
    "background": "background",
}
"""Tag of a pack → group in which it is shown; the first match counts, and others are in "more"."""

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """An effect on offer.

    Attributes:
        id: Name used by pages.
        source: Argument of `load_pack`.
        title, description: Text for the user.
        group: Group in which it is shown.
        controls: Adjustable parameters.
    """

    id: str
    source: str
    title: str
    description: str
    group: Group
    controls: tuple[Control, ...]

    def pack(self, params: Mapping[str, PlainValue]) -> Pack:
        """Load the effect with changed parameters.

        Raises:
            ConfigError: A parameter is unknown or out of range.
        """
        known = {control.key: control for control in self.controls}
        self._require_known(params, known)
        usual = self._values_with(params.get(PRESET_KEY))
        values: dict[str, PlainValue] = {}
        vectors: dict[str, list[PlainValue]] = {}
        changed = {key.rpartition(".")[0] for key in params}  # vectors of which a part is changed
        for key in known:
            name, dot, axis = key.rpartition(".")
            value = params.get(key, usual[key])
            if dot and axis.isdigit() and name in changed:
                vectors.setdefault(name, [0.0] * len(AXES))[int(axis)] = value
            elif key in params and value is not None:
                values[key] = value
        return load_pack(self.source, {**values, **vectors})

    def _values_with(self, preset: PlainValue) -> dict[str, PlainValue]:
        """Return the values of all controls with a preset; with the usual one for None."""
        values = {control.key: control.value for control in self.controls}
        for choice in (each for control in self.controls for each in control.presets):
            if choice.name == preset:
                values |= choice.values
        return values

    def _require_known(self, params: Mapping[str, PlainValue], known: Mapping[str, Control]) -> None:
        for key, value in params.items():
            if key not in known:
                raise ConfigError(
                    f"effect {self.id!r}: there is no parameter {key!r}{nearest(key, list(known))}"
                )
            if not known[key].accepts(value):
                raise ConfigError(f"effect {self.id!r}: {key} cannot be {_shortened(value)}")


class EffectCatalog:
    """All effects on offer, in the order in which they are shown.

    Args:
        effects: Specs of the effects that are active at the start; folders among them are added to the catalog.

    Attributes:
        entries: Entries by id.
        active: Effects that are active at the start, as for a `SetEffects` command.

    Raises:
        ConfigError: A spec names no effect, or has a parameter that the page cannot adjust.
    """

    def __init__(self, effects: Sequence[str] = ()) -> None:
        self.entries = {pack.name: _entry_of(pack, pack.name) for pack in valid_packs()}
        self.active = [self.setting(effect) for effect in effects]

    def setting(self, effect: str) -> dict[str, object]:
        """Return an effect as for a `SetEffects` command; a folder is added to the catalog.

        Raises:
            ConfigError: The spec names no effect, or has a parameter that the page cannot adjust.
        """
        spec = parse_spec(effect)
        entry = self.entries.get(spec.name) or _entry_of(load_pack(spec.name), spec.name)
        entry.pack(spec.overrides)
        self.entries.setdefault(entry.id, entry)
        return {"id": entry.id, "params": dict(spec.overrides)}

    def entry(self, name: str) -> CatalogEntry:
        """Return an entry by its id; raises ConfigError if there is none."""
        if name not in self.entries:
            raise ConfigError(f"there is no effect {name!r} in the catalog")
        return self.entries[name]

    def to_json(self, translate: Translate = str) -> list[dict[str, object]]:
        """Return the catalog as plain values for the page.

        Args:
            translate: Translates English titles, descriptions and labels.
        """
        return [_entry_to_json(entry, translate) for entry in self.entries.values()]


def _entry_to_json(entry: CatalogEntry, translate: Translate) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": translate(entry.title),
        "description": translate(entry.description),
        "group": entry.group,
        "controls": [_control_to_json(control, translate) for control in entry.controls],
    }


def _control_to_json(control: Control, translate: Translate) -> dict[str, object]:
    presets = [{**asdict(preset), "title": translate(preset.title)} for preset in control.presets]
    names = {
        option: _capitalized(translate(option)) for option in control.options if control.type == "choice"
    }
    return {**asdict(control), "label": translate(control.label), "names": names, "presets": presets}


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shortened(value: PlainValue) -> str:
    """Return a value for a message; integers may have more digits than Python prints."""
    if isinstance(value, int) and abs(value) >= LARGEST_PRINTED:
        return f"a number of more than {len(str(LARGEST_PRINTED)) - 1} digits"
    return repr(value)


def _entry_of(pack: Pack, source: str) -> CatalogEntry:
    group: Group = next((group for tag, group in GROUPS.items() if tag in pack.tags), "more")
    return CatalogEntry(pack.name, source, pack.title, pack.description, group, pack_controls(pack))
