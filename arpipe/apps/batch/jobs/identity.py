"""How inputs and outputs are recognised in a later run."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from arpipe.apps.batch.jobs.job import Job
from arpipe.io.object_store import Stored, address_of, files_below, find


@dataclass(frozen=True, slots=True)
class InputIdentity:
    """What changes when the content of an input changes.

    Attributes:
        size: Bytes.
        mtime_ns: Time of the last change, ns since the epoch; 0 in object stores.
        etag: Entity tag in an object store, or what it has instead; empty for files.
    """

    size: int
    mtime_ns: int
    etag: str = ""


Look = Callable[[str], InputIdentity | None]
"""Returns the identity of a file by its absolute path or address; None if it does not exist."""


def absolute(path: str | os.PathLike[str]) -> str:
    """Return the absolute path or the address by which the manifest knows a file."""
    return address_of(path) or os.path.abspath(path)


def identify(path: str) -> InputIdentity | None:
    """Return the identity of a file as it is now; see `Look`."""
    address = address_of(path)
    if address is not None:
        return _stored(find(address))
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return InputIdentity(found.st_size, found.st_mtime_ns)


class Listings:
    """A `Look` that asks object stores for whole folders, once each, as many inputs would be many requests."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, Stored]] = {}

    def __call__(self, path: str) -> InputIdentity | None:
        """Return the identity of a file as it was when its folder was listed first."""
        address = address_of(path)
        if address is None:
            return identify(path)
        folder, _, name = address.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = files_below(folder, recursive=False)
        return _stored(self._folders[folder].get(name))


def output_sizes(job: Job, look: Look = identify) -> dict[str, int]:
    """Return the absolute path of each output → its size, bytes; -1 if it does not exist."""
    found = {path: look(path) for path in (absolute(file.path) for file in job.files())}
    return {path: -1 if identity is None else identity.size for path, identity in found.items()}


def _stored(found: Stored | None) -> InputIdentity | None:
    return None if found is None else InputIdentity(found.size, 0, found.etag)
