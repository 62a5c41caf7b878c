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
QUOTED = re.compile(r"""("|').*?\1""", re.DOTALL)
OPENING, CLOSING, QUOTES = "([{", ")]}", {'"', "'"}


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
    name, arguments = _call(text)
    overrides: dict[str, object] = {}
    for argument in _split(arguments, text):
        key, equals, value = argument.partition("=")
        key = key.strip()
        if not equals or not KEY.fullmatch(key) or not value.strip():
            raise ConfigError(f"effect {text!r}: expected key=value, got {argument.strip()!r}")
        if key in overrides:
            raise ConfigError(f"effect {text!r}: {key!r} is given twice")
        overrides[key] = parse_value(value)
    return EffectSpec(name, MappingProxyType(overrides))


def _call(text: str) -> tuple[str, str]:
    """Return the name and what is in its parentheses, "" without any."""
    stripped = text.strip()
    call = CALL.fullmatch(stripped)
    name, arguments = (call["name"].strip(), call["arguments"]) if call else (stripped, "")
    is_cut_off = not call and (stripped.endswith("(") or ("(" in stripped and "=" in stripped))
    if not name or is_cut_off:
        raise ConfigError(f"effect {text!r}: expected a name or name(key=value, …)")
    return name, arguments


def _split(arguments: str, text: str) -> Iterator[str]:
    """Split at commas outside brackets and quotes."""
    bare = QUOTED.sub(lambda quoted: "_" * len(quoted[0]), arguments)  # as long, without what is quoted
    depth, start = 0, 0
    for place, character in enumerate(bare):
        depth += (character in OPENING) - (character in CLOSING)
        if depth < 0 or character in QUOTES:
            break
        if character == "," and depth == 0:
            yield arguments[start:place]
            start = place + 1
    if depth or QUOTES.intersection(bare):
        raise ConfigError(f"effect {text!r}: a bracket or quote is not closed")
    if arguments[start:].strip():
        yield arguments[start:]
