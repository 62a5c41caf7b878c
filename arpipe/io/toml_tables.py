"""Reads and writes TOML."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arpipe.errors import ConfigError
from arpipe.io.files import read_whole, shown

MAX_FILE_BYTES = 2**20  # a configuration or effect of a thousand lines has 50 kB

Table = dict[str, Any]


def read_toml(path: Path, most_bytes: int = MAX_FILE_BYTES) -> Table:
    """Read the table in a file.

    Args:
        path: The file.
        most_bytes: Largest file that is read.

    Raises:
        ConfigError: The file cannot be read or is not TOML; the message contains the line.
    """
    try:
        return tomllib.loads(read_whole(path, most_bytes).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error}); is this a TOML file?") from error
    except ValueError as error:  # TOMLDecodeError, and integers with more digits than Python accepts
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is nested too deeply") from error
    except OSError as error:
        raise ConfigError(f"{shown(path)}: cannot be read ({error.strerror or error})") from error


def parse_value(text: str) -> Any:
    """Parse a number, boolean, quoted string, list or table as in TOML; anything else is a string."""
    stripped = text.strip()
    try:
        table = tomllib.loads(f"value = {stripped}")
    except (ValueError, RecursionError):  # not TOML, or an integer with more digits than Python accepts
        return stripped
    value = table["value"] if set(table) == {"value"} else stripped
    return value if isinstance(value, bool | int | float | str | list | dict) else stripped


def to_toml(table: Mapping[str, object]) -> str:
    """Return a table as TOML: plain values first, then tables; None values are left out.

    Args:
        table: Strings, booleans, finite numbers, lists of these, and tables of all that.
    """
    return "\n".join(_lines(table, "")).strip() + "\n"


def _lines(table: Mapping[str, object], prefix: str) -> Iterator[str]:
    plain = list(_plain_lines(table))
    if prefix and (plain or not table):
        yield f"\n[{prefix}]"
    yield from plain
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}.{_key(key)}" if prefix else _key(key))


def _plain_lines(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if value is not None and not isinstance(value, dict):
            yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: object) -> str:
    if isinstance(value, str):
        # JSON's escapes are TOML's too, except for DEL, which JSON does not escape.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        present = (f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{{', '.join(present)}}}"
    return repr(value)
