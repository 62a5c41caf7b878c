"""The manifest of a folder of outputs in an object store, where files cannot grow.

A run writes objects of `SEGMENT_LINES` lines each; the last one is replaced by a longer one with every line. Their
names hold the time when the run began and a random part, so that two runs never write the same object. There are no
locks in object stores: two runs on one folder do the same work twice, and harm nothing.
"""

import secrets
from datetime import UTC, datetime

from arpipe.apps.batch.history.attempt import MANIFEST_STEM, Attempt, parse_attempts
from arpipe.io.object_store import files_below, read_files, write_file

SEGMENT_LINES = 256  # about 100 KB, which is written again for each of them


class StoredManifest:
    """The manifest of a run; see `arpipe.apps.batch.history.manifest.Manifest`.

    Args:
        address: The folder of outputs.
        label: Name of the shard that this run processes; empty if there is one run for all.

    Attributes:
        attempts: The last attempt at every input by its `key`, in this run or earlier ones.

    Raises:
        ConfigError: An object is not a manifest of this version.
        MediaError: The store cannot be read.
    """

    def __init__(self, address: str, label: str = "") -> None:
        self.attempts = read_stored_attempts(address)
        began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        part = f".{label}" if label else ""
        self._stem = f"{address.rstrip('/')}/{MANIFEST_STEM}.{began}-{secrets.token_hex(4)}{part}"
        self._number, self._lines = 0, list[bytes]()

    def append(self, attempt: Attempt) -> None:
        """Add a line; it is in the store when this returns. Raises OutputError."""
        if len(self._lines) == SEGMENT_LINES:
            self._number, self._lines = self._number + 1, []
        self._lines.append(attempt.to_json().encode("ascii") + b"\n")
        write_file(f"{self._stem}.{self._number:06}.jsonl", b"".join(self._lines))
        self.attempts[attempt.key] = attempt

    def close(self) -> None:
        """Do nothing: every line has been written."""


def read_stored_attempts(address: str) -> dict[str, Attempt]:
    """Return the last attempt at every input of the batches that wrote into a folder.

    Raises:
        ConfigError: An object is not a manifest of this version.
        MediaError: The store cannot be read.
    """
    names = [
        name
        for name in files_below(address, recursive=False)
        if name.startswith(MANIFEST_STEM) and name.endswith(".jsonl")
    ]
    found = read_files(address, names)
    return {each.key: each for name in names for each in parse_attempts(name, found[name])[0]}
