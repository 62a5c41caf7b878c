"""Reads `effect.toml`, with the changes that a user asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from arpipe.controls.drive import SignalRange
from arpipe.effects.kinds import kind_class, kinds
from arpipe.effects.layer_reactions import REACTION_KEYS, LayerReactions, with_parameter
from arpipe.effects.params import EffectParams, UserText
from arpipe.effects.presets import PRESET_KEY, Name, Preset, Presets, choose_preset, paths
from arpipe.effects.search import EFFECT_FILE
from arpipe.errors import AssetError, AssetNotFound, ConfigError
from arpipe.io.files import is_file, shown
from arpipe.io.toml_tables import read_toml
from arpipe.io.validation import check, common_kind, valid_keys
from arpipe.spelling import nearest

Result = TypeVar("Result")


class PackHeader(BaseModel):
    """Top level of `effect.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    title: str
    description: str = ""
    author: str = ""
    license: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    layers: tuple[dict[str, object], ...] = Field(min_length=1)
    presets: Presets = Field(default={})


@dataclass(frozen=True, slots=True)
class PackLayer:
    """One layer of a pack.

    Attributes:
        name: Its name within the pack.
        kind: Its kind.
        params: Checked parameters of the kind.
        reactions: How it reacts to the face.
        is_visible: Whether it is drawn now; see `reactions.when`.
    """

    name: str
    kind: str
    params: EffectParams
    reactions: LayerReactions = field(default_factory=LayerReactions)
    is_visible: bool = True

    @property
    def is_reacting(self) -> bool:
        """Whether it depends on what is detected beyond its kind."""
        return self.reactions != LayerReactions()


@dataclass(frozen=True, slots=True)
class PackPreset(Preset):
    """A preset with what it draws.

    Attributes:
        layers: All layers of the pack with this preset, as changed by the user.
    """

    layers: tuple[PackLayer, ...]


@dataclass(frozen=True, slots=True)
class PackContent:
    """A checked pack, as read from its folder.

    Attributes:
        header: Top level of the file.
        layers: Layers with the chosen preset, as changed by the user.
        presets: All presets, in the order of the file.
        preset: Name of the chosen one; None for a pack without presets.
    """

    header: PackHeader
    layers: tuple[PackLayer, ...]
    presets: tuple[PackPreset, ...]
    preset: str | None


def read_pack_file(folder: Path, changes: Mapping[str, object]) -> PackContent:
    """Read and check the file in a pack's folder.

    Args:
        folder: The pack's folder.
        changes: Parameters that the user has changed, by their dotted keys, and perhaps `preset`.

    Raises:
        ConfigError: A key or value is wrong; the message blames the file, or the user's change.
        AssetNotFound: There is no such file, or a file that it names is missing.
        AssetError: A file that it names lies outside the folder.
    """
    path = folder / EFFECT_FILE
    if not is_file(path):
        raise AssetNotFound(f"{shown(folder)} is not an effect pack: it has no {EFFECT_FILE}")
    header = check(PackHeader, read_toml(path), str(path))
    own_name = folder.resolve().name
    if header.name != own_name:
        raise ConfigError(
            f"{path}: name: is {header.name!r}, but the folder is {own_name!r}; rename one of them"
        )
    chosen = choose_preset(header.presets, changes.get(PRESET_KEY), f"effect {header.name!r}")
    kept = {key: _from_user(value) for key, value in changes.items() if key != PRESET_KEY}
    layers = _read_layers(path, header, None, kept)
    presets = tuple(
        PackPreset(name, table.title, table.swatch, _read_layers(path, header, name, kept))
        for name, table in header.presets.items()
    )
    layers = next((preset.layers for preset in presets if preset.name == chosen), layers)
    return PackContent(header, layers, presets, chosen)


def _read_layers(
    path: Path, header: PackHeader, preset: str | None, changes: Mapping[str, object]
) -> tuple[PackLayer, ...]:
    """Read the layers with a preset and the user's changes."""
    effect, source = f"effect {header.name!r}", str(path)
    tables = _collect(
        [partial(_LayerTable, source, number, table) for number, table in enumerate(header.layers)]
    )
    if preset is not None:
        for keys, value in paths(header.presets[preset].set):
            _override(tables, keys, value, f"{source}: presets.{preset}")
        for table in tables:
            table.make_own(f"{source}: presets.{preset}")
    for key, value in changes.items():
        _override(tables, key.split("."), value, effect)
    return tuple(_collect([partial(table.to_layer, path.parent.resolve(), effect) for table in tables]))


def kind_params(kind: str, changes: Mapping[str, object]) -> EffectParams:
    """Check the parameters that a user has given to a kind without a pack.

    Args:
        kind: Name of the kind.
        changes: Parameters by their dotted keys.

    Raises:
        ConfigError: A key or value is wrong.
        AssetError: A file that they name is missing.
    """
    effect = f"effect {kind!r}"
    table: dict[str, object] = {}
    for key, value in changes.items():
        _put(table, key.split("."), _from_user(value), effect)
    return check(kind_class(kind).Params, table, effect)


def require_drivable(layer: PackLayer, key: str, signal: SignalRange, source: str) -> None:
    """Check that a signal can set a parameter of a layer, at both ends of its range and in between.

    Raises:
        ConfigError: There is no such parameter, or it does not take such values.
    """
    current = _value_of(layer, key, source)
    if isinstance(current, str | tuple | Path | BaseModel):
        raise ConfigError(f"{source}: is not a number, so that no signal can drive it; a trigger can set it")
    first, last = signal.to
    for value in (first, last, first + (last - first) / 3.0):
        changed_layer(layer, key, value, source)


def changed_layer(layer: PackLayer, key: str, value: object, source: str) -> PackLayer:
    """Return a layer with one parameter changed.

    Args:
        layer: The layer.
        key: The parameter, or the dotted path of one.
        value: The new value.
        source: What asks for it, for messages.

    Raises:
        ConfigError: There is no such parameter, or the value is wrong.
    """
    _value_of(layer, key, source)
    try:
        return replace(layer, params=with_parameter(layer.params, key, value))
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{source}: {reason[:1].lower()}{reason[1:]}, got {value!r}") from error


def _value_of(layer: PackLayer, key: str, source: str) -> object:
    """Return the value of a parameter; ConfigError if there is none."""
    model: object = layer.params
    for part in key.split("."):
        known = list(type(model).model_fields) if isinstance(model, BaseModel) else []
        if part not in known:
            raise ConfigError(f"{source}: there is no parameter {part!r}{nearest(part, known)}")
        model = getattr(model, part)
    return model


def _collect(steps: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return the results of all steps; if some fail, raise one error with the lines of all."""
    results, problems = [], []
    for step in steps:
        try:
            results.append(step())
        except (ConfigError, AssetError) as error:
            problems.append(error)
    if problems:
        raise common_kind(map(type, problems))("\n".join(map(str, problems))) from problems[0]
    return results


class _LayerTable:
    """One `[[layers]]` table before it becomes a `PackLayer`."""

    def __init__(self, source: str, number: int, table: Mapping[str, object]) -> None:
        self.source, self.where = source, f"layers[{number}]"
        self.values = dict(table)
        kind, known = self.values.pop("kind", None), kinds()
        if not isinstance(kind, str):
            raise ConfigError(f"{source}: {self.where}.kind: is missing; there are: {', '.join(known)}")
        if kind not in known:
            raise ConfigError(f"{source}: {self.where}.kind: is {kind!r}{nearest(kind, known)}")
        self.kind = kind
        self.params_type = kind_class(kind).Params
        self.name = str(self.values.pop("name", kind))
        reactions = {key: self.values.pop(key) for key in REACTION_KEYS if key in self.values}
        self.reactions = check(LayerReactions, reactions, source, prefix=self.where)
        self.changed, self.is_changed = dict(self.values), False

    def make_own(self, source: str) -> None:
        """Take the changes so far as those of the file, under another name in messages."""
        if self.is_changed:
            self.source, self.values, self.is_changed = source, dict(self.changed), False

    def to_layer(self, folder: Path, effect: str) -> PackLayer:
        """Check the layer as in the file, then as changed by the user, so that the message blames the right one."""
        context = {"folder": folder}
        params = check(self.params_type, self.values, self.source, prefix=self.where, context=context)
        if self.is_changed:
            params = check(self.params_type, self.changed, effect, prefix=self.name, context=context)
        layer = PackLayer(self.name, self.kind, params, self.reactions)
        for key, signal in self.reactions.drive.items():
            require_drivable(layer, key, signal, f"{self.source}: {self.where}.drive.{key}")
        return layer


def _override(tables: list[_LayerTable], path: Sequence[str], value: object, source: str) -> None:
    """Set a value in every layer that has the key, or in the one that the first part of the path names."""
    addressed, keys = _address(tables, path)
    takers = [table for table in addressed if keys[0] in valid_keys(table.params_type)]
    if not takers:
        known = [name for table in addressed for name in valid_keys(table.params_type)]
        if keys == path and len(keys) > 1:  # the first part may also be a misspelled layer
            known += [table.name for table in tables]
        raise ConfigError(f"{source}: there is no parameter {keys[0]!r}{nearest(keys[0], known)}")
    for table in takers:
        table.is_changed = (
            True  # even by a text that equals the pack's: a path in it is relative to another folder
        )
        _put(table.changed, keys, value, source)


def _address(tables: list[_LayerTable], path: Sequence[str]) -> tuple[list[_LayerTable], Sequence[str]]:
    """Return the layers that a path may refer to, and the path of the parameter within them."""
    named = [table for table in tables if table.name == path[0]]
    return (named, path[1:]) if named and path[1:] else (tables, path)


def _put(table: dict[str, object], keys: Sequence[str], value: object, source: str) -> None:
    for key in keys[:-1]:
        inner = table.get(key, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"{source}: {key!r} is {inner!r}, which has no parameters of its own")
        copied = dict(inner)
        table[key] = copied
        table = copied
    table[keys[-1]] = value


def _from_user(value: object) -> object:
    """Mark text as typed by the user, so that paths in it are relative to the shell's folder."""
    if isinstance(value, str | Path):
        return UserText(value)
    if isinstance(value, list | tuple):
        return [_from_user(item) for item in value]
    if isinstance(value, dict):
        return {key: _from_user(item) for key, item in value.items()}
    return value
