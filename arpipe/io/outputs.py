"""Checks before anything is written: no output is an input, no two are the same file, each can be written."""

import os
import stat
import sys
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.atomic import remove_abandoned, require_writable
from arpipe.io.object_store import address_of, require_store_writable
from arpipe.io.placing import temporary_folder


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file and what the user calls it, such as `--output`, "input" or "effect aviator"."""

    role: str
    path: Path


def refuse_overwriting(outputs: Iterable[NamedFile], inputs: Iterable[NamedFile]) -> list[NamedFile]:
    """Compare every output with every input and with every other output.

    Two names mean the same file if they lead to the same inode, links followed, or, where there is no file yet, to
    the same name in the same folder. Takes time proportional to the number of files.

    Args:
        outputs: All files that a command will write, including secondary ones.
        inputs: All files that it reads.

    Returns:
        The outputs that exist already.

    Raises:
        OutputError: Two of them are the same file; nothing has been read or written.
    """
    existing = []
    taken: dict[Hashable, NamedFile] = {}
    folders: dict[str, Hashable] = {}
    read = {_look_up(file.path, folders)[0]: file for file in inputs}
    for output in outputs:
        key, exists = _look_up(output.path, folders)
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
        if exists:
            existing.append(output)
    return existing


def prepare_outputs(outputs: Iterable[NamedFile], inputs: Iterable[NamedFile]) -> list[Path]:
    """Refuse to overwrite, as `refuse_overwriting` does, then make sure that every output can be written.

    Returns:
        Temporary files of killed runs that lay in the folders of the outputs, and were removed.

    Raises:
        OutputError: Two of them are the same file, or one cannot be written.
    """
    outputs = list(outputs)
    existing = refuse_overwriting(outputs, inputs)
    return require_outputs_writable(one_per_folder(outputs), existing)


def one_per_folder(outputs: Iterable[NamedFile]) -> dict[str, NamedFile]:
    """Return the folders of outputs, each with one of its outputs."""
    return {os.path.dirname(output.path): output for output in outputs}  # noqa: PTH120 - for 100,000 paths


def require_outputs_writable(folders: Mapping[str, NamedFile], existing: Iterable[NamedFile]) -> list[Path]:
    """Make sure that every existing output can be replaced, and that new ones can be created in their folders.

    Args:
        folders: As `one_per_folder` returns them.
        existing: Outputs that exist, as `refuse_overwriting` returns them.

    Returns:
        Temporary files of killed runs that lay in the folders of the outputs, and were removed.

    Raises:
        OutputError: An output cannot be written.
    """
    addresses = {folder: address_of(folder) for folder in folders}
    tried = [output for folder, output in folders.items() if addresses[folder] is None]
    for output in (*tried, *existing):
        require_writable(output.path)
    _require_stores_writable(address for address in addresses.values() if address is not None)
    places = dict.fromkeys(os.path.realpath(temporary_folder(folder)) for folder in folders)
    return [path for place in places for path in remove_abandoned(Path(place))]


def _require_stores_writable(addresses: Iterable[str]) -> None:
    """Try one address of each bucket."""
    for address in {_bucket(address): address for address in addresses}.values():
        require_store_writable(address)


def _bucket(address: str) -> str:
    return "/".join(address.split("/", 3)[:3])


def named_files(files: Mapping[str, Path | None]) -> list[NamedFile]:
    """Return files with the names by which the user refers to them; None is left out."""
    return [NamedFile(role, path) for role, path in files.items() if path is not None]


def identity(path: Path) -> Hashable:
    """Return what two names of one file have in common: device and inode, or those of the folder and the name in it."""
    return _look_up(path, {})[0]


def _look_up(path: Path, folders: dict[str, Hashable]) -> tuple[Hashable, bool]:
    """Return the identity of a file, and whether anything has its name.

    Args:
        path: The file, which need not exist.
        folders: Remembers folders between calls, so that a file takes a single call of the system.
    """
    text = os.fspath(path)
    try:
        found = os.lstat(text)
    except (OSError, ValueError):  # not there yet, or no name that a system allows
        folder, name = os.path.split(text)
        if name in ("", os.curdir, os.pardir) or "\0" in text:
            return _resolved(text), False
        if folder not in folders:
            folders[folder] = _existing(folder or os.curdir) or _missing(folder)
        known = folders[folder]
        return (_resolved(text) if known is None else _inside(known, name)), False
    if found.st_ino and not stat.S_ISLNK(found.st_mode):
        return (found.st_dev, found.st_ino), True
    return _resolved(text), True


def _resolved(text: str) -> Hashable:
    """Return the identity of a name after following all links, existing or not."""
    place = os.path.realpath(text) if "\0" not in text else text
    found = _existing(place)
    if found is not None:
        return found
    folder, name = os.path.split(place)
    return _inside(_existing(folder) or folder, name)


def _missing(folder: str) -> str | None:
    """Return the path of a folder that is not there; None if there is one where `..` leads, as in `missing/..`."""
    place = os.path.realpath(folder)
    return None if _existing(place) else place


def _inside(folder: Hashable, name: str) -> Hashable:
    """Return the identity of what is not there yet from that of its folder, which is a path if there is none either."""
    return folder, _same_case(name)


def _existing(text: str) -> tuple[int, int] | None:
    """Return device and inode of what a name leads to; None if there is nothing, or no inodes."""
    with suppress(OSError, ValueError):
        found = os.stat(text)  # noqa: PTH116 - pathlib takes twice as long, and batches have 100,000 files
        return (found.st_dev, found.st_ino) if found.st_ino else None
    return None


def _same_case(name: str) -> str:
    """Return a name as file systems of this platform usually compare it."""
    return name.casefold() if sys.platform in ("win32", "darwin") else name
