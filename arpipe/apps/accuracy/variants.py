"""The meshes that are compared."""

from collections.abc import Sequence
from typing import Literal, get_args

from arpipe.errors import ConfigError

Variant = Literal["auto", "v2", "attention", "plain"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""Meshes; "auto" and "v2" with the further views that exports take."""


def parse_variants(names: Sequence[str]) -> tuple[Variant, ...]:
    """Return the requested meshes; all if none is named.

    Raises:
        ConfigError: Unknown name.
    """
    known: dict[str, Variant] = {name: name for name in VARIANTS}
    for name in names:
        if name not in known:
            raise ConfigError(f"no mesh is called {name!r}; known are {', '.join(VARIANTS)}")
    return tuple(known[name] for name in names) or VARIANTS
