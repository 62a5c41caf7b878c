"""Builds models from tables, with errors that name source, key and the nearest valid key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from arpipe.errors import ArpipeError, AssetError, AssetNotFound, ConfigError
from arpipe.io.files import shown
from arpipe.spelling import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NUMBER_MARKS = ("int", "constrained-int", "float")
EXPECTED = "input should be "  # how pydantic begins most sentences
UNION_MARKS = ("literal[", "function-", "lax-or-strict[", "tuple[", "list[")  # in pydantic's locations

Checked = TypeVar("Checked", bound=BaseModel)
Location = tuple[int | str, ...]
Models = list[type[BaseModel]]


def check(
    model: type[Checked],
    table: Mapping[str, object],
    source: str,
    *,
    prefix: str = "",
    context: Mapping[str, object] | None = None,
) -> Checked:
    """Build a model from a table.

    Args:
        model: Class of the model.
        table: Keys and values as read.
        source: File, flag or variable that the values come from, for messages.
        prefix: Position of the table in the source, such as `layers[0]`.
        context: Passed to the validators.

    Raises:
        ConfigError: A key is unknown or missing, or a value is wrong; one line per problem.
        AssetError: The same, if the only problems are files that the table names; AssetNotFound if all are missing.
    """
    try:
        return model.model_validate(dict(table), context=dict(context or {}))
    except ValidationError as error:
        details = _relevant(error.errors(include_url=False))
        lines = [f"{source}: {prefix}{'.' if prefix else ''}{line}" for line in _describe(model, details)]
        causes = [type(detail.get("ctx", {}).get("error")) for detail in details]
        raise common_kind(causes)("\n".join(lines)) from error


def common_kind(causes: Iterable[type]) -> type[ArpipeError]:
    """Return the class of an error that reports several problems: ConfigError unless all are about files."""
    kinds = tuple(causes)
    shared = (kind for kind in (AssetNotFound, AssetError) if all(issubclass(each, kind) for each in kinds))
    return next(shared, ConfigError)


def valid_keys(model: type[BaseModel]) -> list[str]:
    """List the keys of a model as written in files."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _relevant(details: "Sequence[ErrorDetails]") -> "Sequence[ErrorDetails]":
    """Drop complaints that follow from others.

    A union says of a table that it is not one of the texts that are also allowed, and a list whose items are refused
    is said to be too short.
    """
    refused = {detail["loc"][:-1] for detail in details}
    relevant = [
        detail
        for detail in details
        if not (detail["type"] == "literal_error" and isinstance(detail["input"], dict))
        and not (detail["type"] == "too_short" and detail["loc"] in refused)
    ]
    return relevant or details


def _describe(model: type[BaseModel], details: "Sequence[ErrorDetails]") -> Iterator[str]:
    """Yield a line for each place: what it is, and what it should be, one of several where it is a union."""
    places: dict[str, list[ErrorDetails]] = {}
    for detail in details:
        owners, keys = _follow(model, detail["loc"])
        where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
        if detail["type"] == "extra_forbidden":
            known = [key for owner in owners for key in valid_keys(owner)]
            yield f"{where}: is not a valid key{nearest(str(keys[-1]), known)}"
        else:
            places.setdefault(where, []).append(detail)
    for where, found in places.items():
        first, *others = map(_reworded, found)
        message = " or ".join([first, *(other.removeprefix(EXPECTED) for other in others)])
        yield f"{where}{': ' if where else ''}{message}{_got(message, found[0]['input'])}"


def _reworded(detail: "ErrorDetails") -> str:
    """Return pydantic's sentence in the words of a TOML file, and without a capital."""
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return "is missing"
    if kind in ("tuple_type", "list_type"):
        hint = f", got a table; a list of tables has two brackets: [[{detail['loc'][-1]}]]"
        return f"expected a list{hint if isinstance(value, Mapping) else ''}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "expected a table"
    message = detail["msg"].removeprefix("Value error, ")
    if kind.endswith("_parsing"):
        message = message.partition(", unable to parse")[0]
    return message[:1].lower() + message[1:]


def _got(message: str, value: object) -> str:
    """Return the value for a message that does not contain it already."""
    is_named = "got" in message or repr(value) in message
    return f", got {shown(repr(value))}" if isinstance(value, str | int | float) and not is_named else ""


def _follow(model: type[BaseModel], location: Location) -> tuple[Models, Location]:
    """Return the models that own the last key of a location, and the location without pydantic's marks."""
    owners, inner, keys = [model], [model], list[int | str]()
    for part in location:
        if _is_mark(part, inner):
            continue
        keys.append(part)
        owners, inner = inner, _models_behind(part, inner) or inner
    return owners, tuple(keys)


def _is_mark(part: int | str, models: Models) -> bool:
    """Whether a part of a location is a member of a union and not a key."""
    names = {model.__name__ for model in models}
    return part in (*names, *NUMBER_MARKS) or str(part).startswith(UNION_MARKS)


def _models_behind(key: int | str, models: Models) -> Models:
    """Return the models in the field with a key."""
    fields = [
        field for model in models for name, field in model.model_fields.items() if key in (name, field.alias)
    ]
    return [found for field in fields for found in _models_in(field.annotation)]


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
