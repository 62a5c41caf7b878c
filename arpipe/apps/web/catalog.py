"""What the page offers to wear: all packs, with the parameters one may turn.

Only what stands here can be worn from a page: no file name and no other parameter gets through.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from arpipe.effects.packs import Pack, load_pack, pack_folders
from arpipe.effects.params import HEX_COLOR, Color, PackFile
from arpipe.effects.spec import parse_spec
from arpipe.errors import ArpipeError, ConfigError

HANDY_RANGES = {
    "scale": (0.8, 1.25),
    "tilt_deg": (-15.0, 15.0),
    "offset_mm": (-15.0, 15.0),
    "volume": (0.2, 3.0),
}
"""Narrower than what is allowed, so that a thumb finds the useful part."""
GIST = (".opacity", ".color")
"""What can be turned of each layer of a whole look; all parameters would be forty."""
AXES = ("sideways", "up", "forward")
STEPS = 100
UNIT_SUFFIXES = {"mm": "mm", "deg": "°"}

Group = Literal["glasses", "looks", "makeup"]
GROUPS: dict[str, Group] = {"glasses": "glasses", "look": "looks", "paint": "looks", "makeup": "makeup"}
"""Tag of a pack → where it is shown; the first that fits."""
PlainValue = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to turn.

    Attributes:
        key: Parameter; `offset_mm.0` is the first of several numbers.
        label, unit: For people.
        type: "range", "choice" or "color".
        value: As the effect has it; a colour as "#rrggbb", None for no colour.
        low, high, step: Of a range.
        options: Of a choice.
        optional: A colour may be None.
    """

    key: str
    label: str
    type: Literal["range", "choice", "color"]
    value: PlainValue
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    options: tuple[str, ...] = ()
    optional: bool = False

    def accepts(self, value: PlainValue) -> bool:
        """Whether the page may set this."""
        if self.type == "range":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and self.low <= float(value or 0.0) <= self.high
        if self.type == "choice":
            return value in self.options
        return (value is None and self.optional) or (
            isinstance(value, str) and bool(HEX_COLOR.fullmatch(value))
        )


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One thing to wear.

    Attributes:
        id: What pages call it.
        source: What `load_pack` takes.
        title, description, group: For people.
        controls: What can be turned.
    """

    id: str
    source: str
    title: str
    description: str
    group: Group
    controls: tuple[Control, ...]

    def pack(self, params: Mapping[str, PlainValue]) -> Pack:
        """The effect with some parameters changed.

        Raises:
            ConfigError: A parameter is unknown or out of range.
        """
        known = {control.key: control for control in self.controls}
        for key, value in params.items():
            if key not in known or not known[key].accepts(value):
                raise ConfigError(f"effect {self.id!r}: {key} cannot be {value!r}")
        overrides: dict[str, Any] = {}
        for key, control in known.items():
            name, dot, axis = key.rpartition(".")
            value = params.get(key, control.value)
            if dot and axis.isdigit():
                overrides.setdefault(name, [0.0] * len(AXES))[int(axis)] = value
            elif key in params and value is not None:
                overrides[key] = value
        return load_pack(self.source, overrides)


class EffectCatalog:
    """Everything that can be worn, in the order in which it is shown.

    Args:
        effects: Specs that are worn from the start; a folder among them is offered, too.

    Raises:
        ConfigError: A spec has a parameter that the page cannot show, or names nothing.
    """

    def __init__(self, effects: Sequence[str] = ()) -> None:
        self.entries = {entry.id: entry for entry in _entries()}
        self.worn: list[dict[str, Any]] = []
        for effect in effects:
            spec = parse_spec(effect)
            if spec.name not in self.entries:
                entry = _entry_of(load_pack(spec.name), spec.name)
                self.entries[entry.id] = entry
            else:
                entry = self.entries[spec.name]
            entry.pack(spec.overrides)
            self.worn.append({"id": entry.id, "params": dict(spec.overrides)})

    def entry(self, name: str) -> CatalogEntry:
        """An entry by its name; ConfigError when there is none."""
        if name not in self.entries:
            raise ConfigError(f"there is no effect {name!r} to wear")
        return self.entries[name]

    def to_json(self) -> list[dict[str, Any]]:
        """For the page."""
        tables = [asdict(entry) for entry in self.entries.values()]
        for table in tables:
            del table["source"]  # a folder is nobody's business
        return tables


def _entries() -> Iterator[CatalogEntry]:
    """One a pack, glasses first; damaged ones are left out, `arpipe effects list` tells of them."""
    packs = []
    for folder in pack_folders().values():
        try:
            packs.append(load_pack(folder))
        except ArpipeError:
            continue
    for pack in sorted(packs, key=lambda pack: "glasses" not in pack.tags):
        yield _entry_of(pack, pack.name)


def _entry_of(pack: Pack, source: str) -> CatalogEntry:
    group: Group = next((group for tag, group in GROUPS.items() if tag in pack.tags), "looks")
    several = len(pack.layers) > 1
    controls = [
        control
        for layer in pack.layers
        for control in _controls(layer.params, f"{layer.name}." if several else "")
        if not several or control.key.endswith(GIST)
    ]
    return CatalogEntry(pack.name, source, pack.title, pack.description, group, tuple(controls))


def _controls(params: BaseModel, prefix: str) -> Iterator[Control]:
    for name, field in type(params).model_fields.items():
        yield from _controls_of(name, field, getattr(params, name), prefix)


def _controls_of(name: str, field: FieldInfo, value: Any, prefix: str) -> Iterator[Control]:
    key, (label, unit) = f"{prefix}{name}", _label(name, prefix)
    kind = field.annotation
    optional = get_origin(kind) in (Union, UnionType) and type(None) in get_args(kind)
    if optional:
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is Literal:
        yield Control(key, label, "choice", value, options=tuple(map(str, get_args(kind))))
    elif _is_color(kind, value):
        yield Control(key, label, "color", None if value is None else _hex(value), optional=optional)
    elif kind is float:
        low, high = _range(name, field)
        yield Control(key, label, "range", value, unit, low, high, (high - low) / STEPS)
    elif name in HANDY_RANGES and isinstance(value, tuple):
        low, high = HANDY_RANGES[name]
        for place, axis in enumerate(AXES):
            yield Control(f"{key}.{place}", f"Move {axis}", "range", value[place], unit, low, high, 0.5)


def _is_color(kind: Any, value: Any) -> bool:
    bare = get_args(Color)[0]
    return kind in (Color, bare) and (value is None or len(value) == len(AXES)) and kind is not PackFile


def _range(name: str, field: FieldInfo) -> tuple[float, float]:
    low, high = HANDY_RANGES.get(name, (None, None))
    for bound in field.metadata:
        above = getattr(bound, "gt", None)
        smallest = None if above is None else above + 1.0 / STEPS
        low = low if low is not None else getattr(bound, "ge", smallest)
        high = high if high is not None else getattr(bound, "le", getattr(bound, "lt", None))
    return float(low or 0.0), float(1.0 if high is None else high)


def _label(name: str, prefix: str) -> tuple[str, str]:
    words = name.split("_")
    unit = UNIT_SUFFIXES.get(words[-1], "")
    text = " ".join(words[:-1] if unit else words)
    return f"{prefix[:-1]} {text}".strip().capitalize(), unit


def _hex(color: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in color)
