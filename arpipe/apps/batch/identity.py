"""How inputs and outputs are recognised in a later run."""

import os
from dataclasses import dataclass

from arpipe.apps.batch.targets import Job


@dataclass(frozen=True, slots=True)
class InputIdentity:
    """What changes when the content of an input changes.

    Attributes:
        size: Bytes.
        mtime_ns: Time of the last change, ns since the epoch.
    """

    size: int
    mtime_ns: int


def absolute(path: "str | os.PathLike[str]") -> str:
    """Return the absolute path by which the manifest knows a file."""
    return os.path.abspath(path)


def identify(spec: str) -> InputIdentity | None:
    """Return the identity of an input; None if it is no file."""
    try:
        found = os.stat(spec)
    except (OSError, ValueError):
        return None
    return InputIdentity(found.st_size, found.st_mtime_ns)


def output_sizes(job: Job) -> dict[str, int]:
    """Return the absolute path of each output → its size, bytes; -1 if it does not exist."""
    return {absolute(file.path): _size(absolute(file.path)) for file in job.files()}


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1
