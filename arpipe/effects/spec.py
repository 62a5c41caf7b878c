"""How users name an effect: `aviator`, `lipstick(color=#a3123a, opacity=0.8)`, `path/to/folder`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from arpipe.errors import ConfigError
from arpipe.io.toml_tables import parse_value

CALL = re.compile(r"(?P<name>[^()]+)\((?P<arguments>.*)\)", re.DOTALL)
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*")
OPENING, CLOSING, QUOTES = "([{", ")]}", "\"'"


@dataclass(frozen=True, slots=True)
class EffectSpec:
    """An effect and the parameters to change.

    Attributes:
        name: Name of a pack or of a kind, or a folder.
        overrides: Parameter → value; a key may be a path into a table (`glasses.bridge_mm`), and may start with the
            name of one layer (`liner.opacity`).
    """

    name: str
    overrides: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def parse_spec(text: str) -> EffectSpec:
    """Parse a spec. Anything that is not a valid TOML value is read as a string, so colours and files need no quotes.

    Raises:
        ConfigError: The name or a `=` is missing, a key is given twice, or a bracket or quote is not closed.
    """
    stripped = text.strip()
    call = CALL.fullmatch(stripped)
    name = call["name"].strip() if call else stripped
    if (
        not name
        or (not call and stripped.endswith("("))
        or (not call and "(" in stripped and "=" in stripped)
    ):
        raise ConfigError(f"effect {text!r}: expected a name or name(key=value, …)")
    overrides: dict[str, object] = {}
    for argument in _split(call["arguments"], text) if call else ():
        key, equals, value = argument.partition("=")
        key = key.strip()
        if not equals or not KEY.fullmatch(key) or not value.strip():
            raise ConfigError(f"effect {text!r}: expected key=value, got {argument.strip()!r}")
        if key in overrides:
            raise ConfigError(f"effect {text!r}: {key!r} is given twice")
        overrides[key] = parse_value(value)
    return EffectSpec(name, MappingProxyType(overrides))


def _split(arguments: str, text: str) -> Iterator[str]:
    """Split at commas outside brackets and quotes."""
    depth, quote, start = 0, "", 0
    for place, character in enumerate(arguments):
        if quote:
            quote = "" if character == quote else quote
        elif character in QUOTES:
            quote = character
        elif character in OPENING:
            depth += 1
        elif character in CLOSING:
            depth -= 1
        elif character == "," and depth == 0:
            yield arguments[start:place]
            start = place + 1
        if depth < 0:
            break
    if depth or quote:
        raise ConfigError(f"effect {text!r}: a bracket or quote is not closed")
    if arguments[start:].strip():
        yield arguments[start:]
