"""The manifest of a folder of outputs: lines of JSON, only ever appended.

Every attempt at an input has a line at its begin and one at its end. The latter holds the identity of the input (size,
time of change), a digest of the settings, arpipe's version, and the outputs with their sizes. An input counts as done
if its last line says so and all of it still holds. The line is written once the outputs are in place, so a run that is
killed at any point repeats at most the inputs in progress; the line at the begin tells its outputs from other files.
"""

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal, Self

from filelock import FileLock, Timeout

from arpipe.errors import ConfigError, OutputError

FORMAT_KEY, FORMAT = "manifest", 1
_START = b'{"manifest":'
_STEM = ".arpipe-batch"

State = Literal["begun", "done", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A line of the manifest.

    Attributes:
        arpipe: Version of arpipe.
        settings: Digest of the settings that outputs depend on.
        input: Absolute path of the input.
        state: "begun", or how the attempt ended.
        size, mtime_ns: Identity of the input before it was read; None if it is no file.
        outputs: Absolute path → size of each output, bytes.
        frames: Number of frames.
        seconds: Time taken, s.
        reason: Why the input is not done, or what its outputs lack.
    """

    arpipe: str
    settings: str
    input: str
    state: State
    size: int | None = None
    mtime_ns: int | None = None
    outputs: Mapping[str, int] = field(default_factory=dict)
    frames: int = 0
    seconds: float = 0.0
    reason: str = ""

    def to_json(self) -> str:
        """Return the line, in ASCII, as names of files may hold anything."""
        return json.dumps({FORMAT_KEY: FORMAT, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: bytes) -> Self:
        """Read a line; keys that a later version has added are ignored.

        Raises:
            ValueError: It is not a line of a manifest.
        """
        record = json.loads(line)
        if not isinstance(record, dict) or record.get(FORMAT_KEY) != FORMAT:
            raise ValueError("not a line of a manifest")
        if not isinstance(record.get("input"), str) or not isinstance(record.get("outputs"), dict):
            raise ValueError("an input must be text, and outputs an object")
        known = {each.name: record[each.name] for each in fields(cls) if each.name in record}
        try:
            attempt = cls(**known)
        except TypeError as error:
            raise ValueError(str(error)) from error
        return attempt


class Manifest:
    """An open manifest, locked against other runs.

    Args:
        folder: The folder of outputs.
        label: Name of the shard that this run processes; empty if there is one run for all.

    Attributes:
        path: The file; created by the first line.
        attempts: The last attempt at every input by its absolute path, in this file or those of other shards.

    Raises:
        ConfigError: Another run uses it, or it is no manifest of this version.
        OutputError: It cannot be read or written.
    """

    def __init__(self, folder: Path, label: str = "") -> None:
        self.path = folder / (f"{_STEM}.{label}.jsonl" if label else f"{_STEM}.jsonl")
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
        self.attempts[attempt.input] = attempt

    def close(self) -> None:
        """Write everything to the disk, and let other runs use it; may be called twice."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lock(self, opened: ExitStack) -> None:
        try:
            opened.enter_context(FileLock(f"{self.path}.lock", timeout=0))
        except Timeout as error:
            raise ConfigError(
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
    """Return the last attempt at every input of the batches that wrote into a folder, by its absolute path.

    Raises:
        ConfigError: A manifest is not of this version.
    """
    return {attempt.input: attempt for path in _manifests_in(folder) for attempt in _attempts_in(path)[0]}


def _attempts_in(path: Path) -> tuple[list[Attempt], bytes]:
    """Return the attempts in a manifest, and a last line that is cut off."""
    whole, _, rest = path.read_bytes().rpartition(b"\n")
    if rest[: len(_START)] != _START[: len(rest)]:
        raise _no_manifest(path, rest)
    return [_parse(path, line) for line in whole.splitlines()], rest


def _manifests_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_STEM}*.jsonl"))


def _parse(path: Path, line: bytes) -> Attempt:
    try:
        return Attempt.from_json(line)
    except ValueError as error:
        raise _no_manifest(path, line) from error


def _no_manifest(path: Path, line: bytes) -> ConfigError:
    shown = line[:60].decode(errors="replace")
    return ConfigError(
        f"{path}: {shown!r} is no line of a manifest of this version of arpipe; move the file away"
    )
