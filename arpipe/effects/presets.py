"""Presets of packs: named variants, such as the available colours of a frame.

```toml
[presets.crystal]
title = "Crystal"
swatch = ["#e8e4de", "#8f9a98"]          # what it looks like: of glasses, the frame and the lenses
set.materials.black = { color = "#f2efe9", transmission = 0.7 }   # parameters, as for `--effect`
```

The first preset is the one that is used where none is chosen; it usually sets nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects.params import HEX_COLOR
from arpipe.errors import ConfigError
from arpipe.spelling import nearest

PRESET_KEY = "preset"
"""Key by which users choose a preset: `wayfarer(preset=crystal)`."""

MAX_PRESETS = 32
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
Swatch = Annotated[str, Field(pattern=HEX_COLOR.pattern + "$")]


class PresetTable(BaseModel):
    """A `[presets.NAME]` table of `effect.toml`.

    Attributes:
        title: Name for the user.
        swatch: One to three colours that stand for it.
        set: Parameter → value; tables lead to single values inside them, or to a layer by its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=64)
    swatch: tuple[Swatch, ...] = Field(min_length=1, max_length=3)
    set: dict[str, object] = Field(default={})


Presets = Annotated[dict[Name, PresetTable], Field(max_length=MAX_PRESETS)]


@dataclass(frozen=True, slots=True)
class Preset:
    """A variant of a pack.

    Attributes:
        name: Name by which it is chosen.
        title: Name for the user.
        swatch: One to three colours such as "#a3123a" that stand for it.
    """

    name: str
    title: str
    swatch: tuple[str, ...]


def choose_preset(presets: Mapping[str, PresetTable], wanted: object, effect: str) -> str | None:
    """Return the name of the preset that is used; None for a pack without presets.

    Args:
        presets: The presets of the pack.
        wanted: What the user asks for; None for the first one.
        effect: The effect, for messages.

    Raises:
        ConfigError: There is no such preset.
    """
    if wanted is None:
        return next(iter(presets), None)
    if not presets:
        raise ConfigError(f"{effect}: has no presets")
    if wanted not in presets:
        raise ConfigError(f"{effect}: there is no preset {wanted!r}{nearest(str(wanted), presets)}")
    return str(wanted)


def paths(table: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the path of every value in nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from (((key, *path), inner) for path, inner in paths(value))
        else:
            yield (key,), value
