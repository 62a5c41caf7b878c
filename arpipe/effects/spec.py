"""How a person names an effect: `aviator`, `lipstick(color=#a3123a, opacity=0.8)`, `path/to/folder`."""

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
    """An effect and what is different about it.

    Attributes:
        name: Of a pack, of a kind, or a folder.
        overrides: Parameter → value; a key may lead into a table (`glasses.bridge_mm`) and may start with the
            name of one layer (`liner.opacity`).
    """

    name: str
    overrides: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def parse_spec(text: str) -> EffectSpec:
    """Read a spec. Values are TOML values; what is none is text, so colours and file names need no quotes.

    Raises:
        ConfigError: No name, an argument without `=`, a key given twice, brackets or quotes left open.
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
    overrides: dict[str, Any] = {}
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
    """Parts between commas that stand outside brackets and quotes."""
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
