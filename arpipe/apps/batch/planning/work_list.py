"""A list of inputs in a file, for batches whose inputs are chosen by another program.

Each line is the name of an input as a JSON string, or an object with `input` and, if its outputs are to be called
otherwise, `name`:

    "monday/a.mp4"
    {"input": "s3://bucket/b.mp4", "name": "visit-7/front"}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from arpipe.errors import ConfigError, MediaError
from arpipe.io.files import require_file
from arpipe.io.guard import guarded
from arpipe.io.object_store import address_of, local_copy, text_of
from arpipe.io.validation import check


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or not path.name:
        raise ValueError("expected a path inside the folder of the outputs, without a suffix")
    return str(path)


class WorkItem(BaseModel):
    """A line of a work list.

    Attributes:
        input: A file, folder, pattern or address; relative ones start from the folder of the list.
        name: What the outputs are called, without a suffix and inside the folders of the outputs; None to name them
            after the input. For a folder or pattern, the folder of its outputs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Annotated[str, Field(min_length=1)]
    name: Annotated[str, AfterValidator(_inside)] | None = None


@dataclass(frozen=True, slots=True)
class WorkList:
    """The inputs of a list.

    Attributes:
        inputs: In the order of the lines, without empty ones.
        names: Input → what its outputs are called, where a line says so.
    """

    inputs: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def read_work_list(path: Path) -> WorkList:
    """Read a work list, of this machine or in an object store.

    Raises:
        MediaError: It cannot be read.
        ConfigError: A line is none of a work list, or two lines give an input two names.
    """
    names: dict[str, str] = {}
    inputs = []
    for number, item in _items(path):
        text = _from_folder_of(path, item.input)
        inputs.append(text)
        if item.name is not None and names.setdefault(text, item.name) != item.name:
            where = f"{text_of(path)}, line {number}"
            raise ConfigError(
                f"{where}: {item.input} is already called {names[text]!r}; give each input one name"
            )
    return WorkList(tuple(inputs), names)


def _items(path: Path) -> Iterator[tuple[int, WorkItem]]:
    """Yield the lines that are not empty, with their numbers from 1."""
    with local_copy(path) as copy:
        require_file(copy)
        with guarded(MediaError, f"{copy}: cannot be read", "is it UTF-8 text?"):
            content = copy.read_text(encoding="utf-8")
    # `splitlines` would also divide names that hold U+2028.
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield number, _parse(f"{text_of(path)}, line {number}", line)


def _parse(origin: str, line: str) -> WorkItem:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ConfigError(
            f'{origin}: is not valid JSON ({error}); write names in quotes, such as "a.mp4"'
        ) from error
    if isinstance(value, str):
        value = {"input": value}
    if not isinstance(value, dict):
        raise ConfigError(f"{origin}: expected a string or an object with `input`, got {line[:60]}")
    return check(WorkItem, value, origin)


def _from_folder_of(path: Path, text: str) -> str:
    """Return an input that is relative to the folder of a list as one relative to the working folder."""
    if address_of(text) is not None:
        return text
    address = address_of(path.parent)
    return str(path.parent / text) if address is None else f"{address}/{text}"
