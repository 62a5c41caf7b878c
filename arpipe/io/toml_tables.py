"""TOML files as checked models, with errors that name file, key and the nearest valid key."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from arpipe.errors import ArpipeError, AssetError, ConfigError
from arpipe.io.files import read_whole, shown
from arpipe.spelling import nearest

MAX_FILE_BYTES = 2**20  # a configuration or effect of a thousand lines has 50 kB

UNION_MARKS = ("literal[", "function-", "lax-or-strict[", "tuple[", "list[")  # in pydantic's locations

Checked = TypeVar("Checked", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a file.

    Raises:
        ConfigError: It cannot be read or is not TOML; the message has the line.
    """
    try:
        return tomllib.loads(read_whole(path, MAX_FILE_BYTES).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error}); is this a TOML file?") from error
    except ValueError as error:  # TOMLDecodeError, and integers of more digits than Python reads
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is nested too deeply") from error
    except OSError as error:
        raise ConfigError(f"{shown(path)}: cannot be read ({error.strerror or error})") from error


def check(
    model: type[Checked],
    table: Mapping[str, Any],
    source: str,
    *,
    prefix: str = "",
    context: Mapping[str, Any] | None = None,
) -> Checked:
    """Build a model from a table.

    Args:
        model: What the table must fit.
        table: Keys and values as read.
        source: File, flag or variable that the values come from, for messages.
        prefix: Where in the source the table lies, such as `layers[0]`.
        context: Passed to the validators.

    Raises:
        ConfigError: A key is unknown or missing or a value is wrong; one line for each problem.
        AssetError: The same, when the only problems are files that the table names.
    """
    try:
        return model.model_validate(dict(table), context=dict(context or {}))
    except ValidationError as error:
        details = _telling(error.errors(include_url=False))
        lines = [f"{source}: {_join(prefix, _problem(model, detail))}" for detail in details]
        causes = {type(detail.get("ctx", {}).get("error")) for detail in details}
        kind: type[ArpipeError] = AssetError if causes == {AssetError} else ConfigError
        raise kind("\n".join(lines)) from error


def parse_value(text: str) -> Any:
    """A number, truth value, quoted text, list or table as in TOML; anything else is the text itself."""
    stripped = text.strip()
    try:
        table = tomllib.loads(f"value = {stripped}")
    except (ValueError, RecursionError):  # no TOML, or an integer of more digits than Python reads
        return stripped
    value = table["value"] if set(table) == {"value"} else stripped
    return value if isinstance(value, bool | int | float | str | list | dict) else stripped


def to_toml(table: Mapping[str, Any]) -> str:
    """A table as TOML text: plain values first, then tables; what is None is left out.

    Args:
        table: Texts, truth values, finite numbers, lists of these and tables of all that.
    """
    return "\n".join(_toml_lines(table, "")).strip() + "\n"


def _toml_lines(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if value is not None and not isinstance(value, dict)}
    if prefix and (plain or not table):
        yield f"\n[{prefix}]"
    yield from (f"{_toml_key(key)} = {_toml_value(value)}" for key, value in plain.items())
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _toml_lines(value, f"{prefix}.{_toml_key(key)}" if prefix else _toml_key(key))


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml_value(key)


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        # JSON's escapes are TOML's too, but for DEL, which JSON leaves as it is
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, dict):
        told = {key: item for key, item in value.items() if item is not None}
        return f"{{{', '.join(f'{_toml_key(key)} = {_toml_value(item)}' for key, item in told.items())}}}"
    return repr(value)


def valid_keys(model: type[BaseModel]) -> list[str]:
    """Keys that a model takes, as written in files."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _join(prefix: str, text: str) -> str:
    return f"{prefix}.{text}" if prefix else text


def _telling(details: Sequence[Any]) -> list[Any]:
    """Without complaints that a table is none of the texts that a union also allows."""
    about_tables = [d for d in details if not (d["type"] == "literal_error" and isinstance(d["input"], dict))]
    return about_tables or list(details)


def _problem(model: type[BaseModel], detail: Any) -> str:
    owners, place = _follow(model, detail["loc"])
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    if detail["type"] == "extra_forbidden":
        known = [key for owner in owners for key in valid_keys(owner)]
        return f"{where}: is no valid key{nearest(str(place[-1]), known)}"
    if detail["type"] == "missing":
        return f"{where}: is missing"
    message = detail["msg"].removeprefix("Value error, ")
    value = detail.get("input")
    told = "got" in message or repr(value) in message
    got = f", got {value!r}" if isinstance(value, str | int | float) and not told else ""
    return f"{where or 'value'}: {message[:1].lower()}{message[1:]}{got}"


def _follow(
    model: type[BaseModel], location: tuple[int | str, ...]
) -> tuple[list[type[BaseModel]], tuple[int | str, ...]]:
    """Models that the last key of a location belongs to, and the location without pydantic's own marks."""
    owners, inner, place = [model], [model], []
    for part in location:
        if part in {owner.__name__ for owner in inner} or str(part).startswith(UNION_MARKS):
            continue
        place.append(part)
        fields = [
            field
            for owner in inner
            for name, field in owner.model_fields.items()
            if part in (name, field.alias)
        ]
        owners = inner
        if fields:
            inner = [found for field in fields for found in _models_in(field.annotation)]
    return owners, tuple(place)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
