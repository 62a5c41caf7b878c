"""Effect packs: folders with an `effect.toml`, found by name and checked.

```toml
schema = 1
name = "aviator"                 # name of the folder
title = "Aviator"
author = "…"
license = "CC0-1.0"
tags = ["glasses"]

[[layers]]                       # one table per layer
kind = "rigid_mesh"              # see arpipe.effects.kinds
name = "frame"                   # optional, for overrides; the kind by default
model = "aviator.glb"            # all other keys are parameters of the kind
when = "face.smile > 0.5"        # optional: when the layer is drawn, see arpipe.controls.grammar
drive = { scale = { by = "expression.jawOpen", to = [1.0, 1.2] } }   # optional: signals that set parameters
```

Variants are tables `[presets.NAME]`, see `arpipe.effects.presets`.

Nothing here needs OpenGL.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from arpipe.effects.kinds import kind_class, kinds
from arpipe.effects.meaning import suggestion
from arpipe.effects.pack_file import PackLayer, PackPreset, kind_params, read_pack_file
from arpipe.effects.search import EFFECT_FILE, pack_folders
from arpipe.effects.spec import parse_spec
from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.files import is_file
from arpipe.needs import AnyNeed, parse_needs


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked effect.

    Attributes:
        name: Name that users write.
        title, description, author, license, tags: As stated in the file.
        folder: The pack's folder; None for a kind used without a pack.
        layers: At least one; with presets, those of the chosen one.
        presets: Variants of the pack.
        preset: Name of the chosen one; None for a pack without presets.
    """

    name: str
    title: str
    description: str
    author: str
    license: str
    tags: tuple[str, ...]
    folder: Path | None
    layers: tuple[PackLayer, ...]
    presets: tuple[PackPreset, ...] = ()
    preset: str | None = None


def load_effect(text: str) -> Pack:
    """Load the effect that a spec such as `lipstick(color=#a3123a)` describes; see `load_pack`."""
    spec = parse_spec(text)
    return load_pack(spec.name, spec.overrides)


def load_effects(effects: str | Pack | Iterable[str | Pack]) -> tuple[Pack, ...]:
    """Load one effect or several; packs are taken as they are.

    Raises:
        ConfigError: As for `load_pack`, or one is neither a spec nor a pack.
    """
    chosen: object = (effects,) if isinstance(effects, str | Pack) else effects
    if not isinstance(chosen, Iterable) or isinstance(chosen, Mapping):
        raise ConfigError(
            "effects: expected a spec such as 'aviator' or 'lipstick(opacity=0.5)', or a list of them, "
            f"got {chosen!r}; [] draws none"
        )
    return tuple(_load_any(effect) for effect in chosen)


def load_pack(name_or_folder: str | Path, overrides: Mapping[str, object] | None = None) -> Pack:
    """Find and check an effect.

    Args:
        name_or_folder: Name of a pack, a folder with an `effect.toml`, or a kind (a pack of one layer).
        overrides: Parameters to change, see `EffectSpec`.

    Raises:
        ConfigError: No such effect, or a key or value is wrong; names the nearest valid one.
        AssetError: A file of the pack is missing or lies outside its folder.
        PluginError: An installed package is broken, or claims a name that is taken.
    """
    changes, name = overrides or {}, str(name_or_folder)
    if isinstance(name_or_folder, Path) or any(mark in name for mark in ("/", os.sep, "~")) or name == ".":
        return _read_pack(expanded(name_or_folder), changes)
    folders = pack_folders()
    if name in folders:
        return _read_pack(folders[name], changes)
    if name in kinds():
        return Pack(name, name, "", "", "", (), None, (PackLayer(name, name, kind_params(name, changes)),))
    if is_file(Path(name, EFFECT_FILE)):
        return _read_pack(Path(name), changes)
    raise ConfigError(f"there is no effect {name!r}{suggestion(name)}")


def _load_any(effect: object) -> Pack:
    if isinstance(effect, Pack):
        return effect
    if isinstance(effect, str):
        return load_effect(effect)
    raise ConfigError(
        f"effects: expected names such as 'aviator' or packs, got {effect!r}; arpipe.load_pack reads a folder"
    )


def uses_gl(pack: Pack) -> bool:
    """Whether a pack has to be built with an OpenGL context."""
    return any(kind_class(layer.kind).uses_gl for layer in pack.layers)


def can_do_without_gl(pack: Pack) -> bool:
    """Whether all kinds of a pack can be drawn on the CPU; building one may still find that it needs OpenGL."""
    classes = [kind_class(layer.kind) for layer in pack.layers]
    return all(kind.uses_software or not kind.uses_gl for kind in classes)


def needs_of(pack: Pack) -> frozenset[AnyNeed]:
    """Return what perception must detect for a pack, known before its layers are built; see `Layer.needs`."""
    needs = (layer.params.needs or kind_class(layer.kind).needs for layer in pack.layers)
    own = parse_needs({need for each in needs for need in each}, pack.name)
    return own.union(*(layer.reactions.needs for layer in pack.layers))


def _read_pack(folder: Path, changes: Mapping[str, object]) -> Pack:
    content = read_pack_file(folder, changes)
    header = content.header
    return Pack(
        name=header.name,
        title=header.title,
        description=header.description,
        author=header.author,
        license=header.license,
        tags=header.tags,
        folder=folder.resolve(),
        layers=content.layers,
        presets=content.presets,
        preset=content.preset,
    )
