"""Effect packs: folders with an `effect.toml`, found by name, checked, ready to be built.

```toml
schema = 1
name = "aviator"                 # as the folder
title = "Aviator"
author = "…"
license = "CC0-1.0"
tags = ["glasses"]

[[layers]]                       # drawn in this order
kind = "rigid_mesh"              # one of EFFECT_KINDS
name = "frame"                   # optional, the kind by default; what overrides call it
model = "aviator.glb"            # everything else belongs to the kind
```

Nothing here needs OpenGL.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from arpipe.assets import assets_root
from arpipe.effects import EFFECT_KINDS
from arpipe.effects.kinds import kind_class
from arpipe.effects.params import EffectParams, UserText
from arpipe.effects.spec import parse_spec
from arpipe.errors import AssetError, ConfigError
from arpipe.folders import config_folder, expanded
from arpipe.io.files import is_file, shown
from arpipe.io.toml_tables import check, read_toml, valid_keys
from arpipe.needs import Need, parse_needs
from arpipe.spelling import nearest

EFFECT_FILE = "effect.toml"
Made = TypeVar("Made")
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


@dataclass(frozen=True, slots=True)
class PackLayer:
    """One layer of a pack: its name, its kind and that kind's checked parameters."""

    name: str
    kind: str
    params: EffectParams


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked effect.

    Attributes:
        name: What a person calls it.
        title, description, author, license, tags: As stated in the file.
        folder: Where it lies; None for a kind used without a pack.
        layers: In drawing order, at least one.
    """

    name: str
    title: str
    description: str
    author: str
    license: str
    tags: tuple[str, ...]
    folder: Path | None
    layers: tuple[PackLayer, ...]


class _Header(BaseModel):
    """Top level of `effect.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    title: str
    description: str = ""
    author: str = ""
    license: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    layers: tuple[dict[str, Any], ...] = Field(min_length=1)


def search_folders() -> tuple[Path, ...]:
    """Where packs are looked for, first match wins: ARPIPE_EFFECTS, the user's folder, those of arpipe."""
    stated = [expanded(part) for part in os.environ.get("ARPIPE_EFFECTS", "").split(os.pathsep) if part]
    own = config_folder()
    return (*stated, *([] if own is None else [own / "effects"]), assets_root() / "effects")


def pack_folders() -> dict[str, Path]:
    """Pack name → folder, by name; unchecked."""
    found: dict[str, Path] = {}
    for root in search_folders():
        try:
            folders = [path.parent for path in root.glob(f"*/{EFFECT_FILE}")]
        except OSError as error:
            raise AssetError(f"effects folder {root} cannot be read ({error.strerror})") from error
        found.update({folder.name: folder for folder in folders if folder.name not in found})
    return dict(sorted(found.items()))


def load_effect(text: str) -> Pack:
    """The effect that a spec such as `lipstick(color=#a3123a)` means; see `load_pack`."""
    spec = parse_spec(text)
    return load_pack(spec.name, spec.overrides)


def load_pack(name_or_folder: str | Path, overrides: Mapping[str, Any] | None = None) -> Pack:
    """Find and check an effect.

    Args:
        name_or_folder: Name of a pack, a folder with an `effect.toml`, or a kind (a pack of one layer).
        overrides: Parameters to change, see `EffectSpec`.

    Raises:
        ConfigError: No such effect, or a key or value is wrong; names the nearest valid one.
        AssetError: A file of the pack is missing or lies outside its folder.
    """
    changes = {key: _typed(value) for key, value in (overrides or {}).items()}
    folders = pack_folders()
    name = str(name_or_folder)
    if isinstance(name_or_folder, Path) or any(mark in name for mark in ("/", os.sep, "~")) or name == ".":
        return _read_pack(expanded(name_or_folder), changes)
    if name in folders:
        return _read_pack(folders[name], changes)
    if name in EFFECT_KINDS:
        params = check(kind_class(name).Params, _nested(changes, f"effect {name!r}"), f"effect {name!r}")
        return Pack(name, name, "", "", "", (), None, (PackLayer(name, name, params),))
    if is_file(Path(name, EFFECT_FILE)):
        return _read_pack(Path(name), changes)
    hint = nearest(name, [*folders, *EFFECT_KINDS])
    raise ConfigError(f"there is no effect {name!r}{hint}")


def uses_gl(pack: Pack) -> bool:
    """Whether a pack has to be built with an OpenGL context."""
    return any(kind_class(layer.kind).uses_gl for layer in pack.layers)


def needs_of(pack: Pack) -> frozenset[Need]:
    """Return what perception must detect for a pack, known before its layers are built; see `Layer.needs`."""
    needs = (layer.params.needs or kind_class(layer.kind).needs for layer in pack.layers)
    return parse_needs({need for each in needs for need in each}, pack.name)


def _read_pack(folder: Path, changes: Mapping[str, Any]) -> Pack:
    path = folder / EFFECT_FILE
    if not is_file(path):
        raise AssetError(f"{shown(folder)} is no effect pack: there is no {EFFECT_FILE} in it")
    header = check(_Header, read_toml(path), str(path))
    own_name = folder.resolve().name
    if header.name != own_name:
        raise ConfigError(
            f"{path}: name: is {header.name!r} but the folder is {own_name!r}; rename one of them"
        )
    tables = _each([partial(_LayerTable, path, number, table) for number, table in enumerate(header.layers)])
    effect = f"effect {header.name!r}"
    for key, value in changes.items():
        _override(tables, key, value, effect)
    return Pack(
        name=header.name,
        title=header.title,
        description=header.description,
        author=header.author,
        license=header.license,
        tags=header.tags,
        folder=folder.resolve(),
        layers=tuple(_each([partial(table.checked, folder.resolve(), effect) for table in tables])),
    )


def _each(steps: Sequence[Callable[[], Made]]) -> list[Made]:
    """What all steps give; when some fail, one error with the lines of all."""
    made, problems = [], []
    for step in steps:
        try:
            made.append(step())
        except (ConfigError, AssetError) as error:
            problems.append(error)
    if problems:
        only_assets = all(isinstance(problem, AssetError) for problem in problems)
        kind = AssetError if only_assets else ConfigError
        raise kind("\n".join(map(str, problems))) from problems[0]
    return made


class _LayerTable:
    """One `[[layers]]` table on its way to a `PackLayer`."""

    def __init__(self, path: Path, number: int, table: Mapping[str, Any]) -> None:
        self.path, self.where = path, f"layers[{number}]"
        self.values = dict(table)
        kind = self.values.pop("kind", None)
        if not isinstance(kind, str):
            raise ConfigError(f"{path}: {self.where}.kind: is missing; there are: {', '.join(EFFECT_KINDS)}")
        if kind not in EFFECT_KINDS:
            raise ConfigError(f"{path}: {self.where}.kind: is {kind!r}{nearest(kind, EFFECT_KINDS)}")
        self.kind = kind
        self.params_type = kind_class(kind).Params
        self.name = str(self.values.pop("name", kind))
        self.changed = dict(self.values)

    def checked(self, folder: Path, effect: str) -> PackLayer:
        """The layer as the file has it, then as it was changed, so that blame falls on the right one."""
        context = {"folder": folder}
        params = check(self.params_type, self.values, str(self.path), prefix=self.where, context=context)
        if self.changed != self.values:
            params = check(self.params_type, self.changed, effect, prefix=self.name, context=context)
        return PackLayer(self.name, self.kind, params)


def _override(tables: list[_LayerTable], key: str, value: Any, source: str) -> None:
    """Put a value into every layer that has the key, or into the one that the key's first part names."""
    first, _, rest = key.partition(".")
    chosen = [table for table in tables if table.name == first] if rest else []
    path = rest if chosen else key
    field = path.partition(".")[0]
    takers = [table for table in chosen or tables if field in valid_keys(table.params_type)]
    if not takers:
        known = [name for table in chosen or tables for name in valid_keys(table.params_type)]
        if rest and not chosen:
            known += [table.name for table in tables]
        raise ConfigError(f"{source}: there is no parameter {field!r}{nearest(field, known)}")
    for table in takers:
        _put(table.changed, path.split("."), value, source)


def _put(table: dict[str, Any], keys: list[str], value: Any, source: str) -> None:
    for key in keys[:-1]:
        inner = table.get(key, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"{source}: {key!r} holds {inner!r}, it has no parameters of its own")
        table[key] = dict(inner)
        table = table[key]
    table[keys[-1]] = value


def _nested(changes: Mapping[str, Any], source: str) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in changes.items():
        _put(table, key.split("."), value, source)
    return table


def _typed(value: Any) -> Any:
    """Mark text as typed by a person, so that paths in it are theirs."""
    if isinstance(value, str | Path):
        return UserText(value)
    if isinstance(value, list | tuple):
        return [_typed(item) for item in value]
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return value
