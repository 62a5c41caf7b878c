"""Checks before anything is written: no output is an input, no two are the same file, each can be written."""

import os
import sys
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.atomic import remove_abandoned, require_writable


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file and what the user calls it, such as `--output`, "input" or "effect aviator"."""

    role: str
    path: Path


def refuse_overwriting(outputs: Iterable[NamedFile], inputs: Iterable[NamedFile]) -> None:
    """Compare every output with every input and with every other output.

    Two names mean the same file if they lead to the same inode, links followed, or, where there is no file yet, to
    the same name in the same folder. Takes time proportional to the number of files.

    Args:
        outputs: All files that a command will write, including secondary ones.
        inputs: All files that it reads.

    Raises:
        OutputError: Two of them are the same file; nothing has been read or written.
    """
    taken: dict[Hashable, NamedFile] = {}
    read = {identity(file.path): file for file in inputs}
    for output in outputs:
        key = identity(output.path)
        if key in read:
            other = read[key]
            raise OutputError(
                f"{output.path}: {output.role} is the same file as the {other.role} {other.path}, which would be "
                "overwritten; choose another place"
            )
        if key in taken:
            other = taken[key]
            raise OutputError(
                f"{output.path}: {output.role} and {other.role} are the same file; choose two places"
            )
        taken[key] = output


def prepare_outputs(outputs: Iterable[NamedFile], inputs: Iterable[NamedFile]) -> list[Path]:
    """Refuse to overwrite, as `refuse_overwriting` does, then make sure that every output can be written.

    Returns:
        Temporary files of killed runs that lay in the folders of the outputs, and were removed.

    Raises:
        OutputError: Two of them are the same file, or one cannot be written.
    """
    outputs = list(outputs)
    refuse_overwriting(outputs, inputs)
    for output in outputs:
        require_writable(output.path)
    folders = dict.fromkeys(Path(os.path.realpath(output.path)).parent for output in outputs)
    return [path for folder in folders for path in remove_abandoned(folder)]


def named_files(files: Mapping[str, Path | None]) -> list[NamedFile]:
    """Return files with the names by which the user refers to them; None is left out."""
    return [NamedFile(role, path) for role, path in files.items() if path is not None]


def identity(path: Path) -> Hashable:
    """Return what two names of one file have in common: device and inode, or those of the folder and the name in it."""
    place = Path(os.path.realpath(path)) if "\0" not in str(path) else path
    with suppress(OSError, ValueError):  # not there yet, a loop of links, or no name that a system allows
        found = place.stat()
        if found.st_ino:
            return (found.st_dev, found.st_ino)
    with suppress(OSError, ValueError):
        folder = place.parent.stat()
        return (folder.st_dev, folder.st_ino, _same_case(place.name))
    return _same_case(str(place))


def _same_case(name: str) -> str:
    """Return a name as file systems of this platform usually compare it."""
    return name.casefold() if sys.platform in ("win32", "darwin") else name
