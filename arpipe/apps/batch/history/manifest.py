"""The manifest of a folder of outputs: lines of JSON, only ever appended.

Every attempt at an input has a line at its begin and one at its end. The latter holds the identity of the input (size,
time of change), a digest of the settings, arpipe's version, and the outputs with their sizes. An input counts as done
if its last line says so and all of it still holds. The line is written once the outputs are in place, so a run that is
killed at any point repeats at most the inputs in progress; the line at the begin tells its outputs from other files.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from arpipe.apps.batch.history.attempt import MANIFEST_STEM, Attempt, parse_attempts
from arpipe.closing import Closing
from arpipe.errors import OutputError


class Manifest(Closing):
    """An open manifest, locked against other runs.

    Args:
        folder: The folder of outputs.
        label: Name of the shard that this run processes; empty if there is one run for all.

    Attributes:
        path: The file; created by the first line.
        attempts: The last attempt at every input by its `key`, in this file or those of other shards.

    Raises:
        ConfigError: It is not a manifest of this version.
        OutputError: Another run uses it, or it cannot be read or written.
    """

    def __init__(self, folder: Path, label: str = "") -> None:
        self.path = folder / (f"{MANIFEST_STEM}.{label}.jsonl" if label else f"{MANIFEST_STEM}.jsonl")
        with ExitStack() as opened:
            self._lock(opened)
            try:
                self.attempts = read_attempts(folder)
                self._remove_cut_off_line()
                self._file = opened.enter_context(self.path.open("ab"))
            except OSError as error:
                raise OutputError(f"{self.path}: cannot be opened ({error.strerror or error})") from error
            self._opened = opened.pop_all()

    def append(self, attempt: Attempt) -> None:
        """Add a line; it is in the file when this returns.

        Raises:
            OutputError: It cannot be written.
        """
        try:
            self._file.write(attempt.to_json().encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror or error})") from error
        self.attempts[attempt.key] = attempt

    def close(self) -> None:
        """Write everything to the disk, and let other runs use it; may be called twice."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
        self._opened.close()

    def _lock(self, opened: ExitStack) -> None:
        from filelock import FileLock, Timeout  # imports asyncio, which a worker does not need

        try:
            opened.enter_context(FileLock(f"{self.path}.lock", timeout=0))
        except Timeout as error:
            raise OutputError(
                f"{self.path}: another batch is writing into this folder; wait for it, or choose another folder"
            ) from error
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be locked ({error.strerror or error})") from error

    def _remove_cut_off_line(self) -> None:
        """Remove the line that a killed run was writing, so that the next one begins a line."""
        if self.path.exists():
            rest = _attempts_in(self.path)[1]
            if rest:
                with self.path.open("rb+") as file:
                    file.truncate(self.path.stat().st_size - len(rest))


def read_attempts(folder: Path) -> dict[str, Attempt]:
    """Return the last attempt at every input of the batches that wrote into a folder, by its `key`.

    Raises:
        ConfigError: A manifest is not of this version.
    """
    return {attempt.key: attempt for path in _manifests_in(folder) for attempt in _attempts_in(path)[0]}


def _attempts_in(path: Path) -> tuple[list[Attempt], bytes]:
    """Return the attempts in a manifest, and a last line that is cut off."""
    return parse_attempts(str(path), path.read_bytes())


def _manifests_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{MANIFEST_STEM}*.jsonl"))
