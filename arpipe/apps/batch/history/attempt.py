"""Attempts at inputs, as lines of a manifest."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Literal, Self

from arpipe.errors import ConfigError

FORMAT_KEY, FORMAT = "manifest", 1
MANIFEST_STEM = ".arpipe-batch"
START = b'{"manifest":'

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
        etag: Its entity tag in an object store; empty for files.
        piece: Which piece of the input was processed; empty for all of it.
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
    etag: str = ""
    piece: str = ""

    @property
    def key(self) -> str:
        """What the last attempt at the same input, or the same piece of it, is found by."""
        return attempt_key(self.input, self.piece)

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


def attempt_key(path: str, piece: str = "") -> str:
    """Return `Attempt.key`, given the absolute path of an input."""
    return f"{path}#{piece}" if piece else path


def parse_attempts(name: str, content: bytes) -> tuple[list[Attempt], bytes]:
    """Return the attempts in a manifest, and a last line that is cut off.

    Args:
        name: Its name, for messages.
        content: All of it.

    Raises:
        ConfigError: It is not a manifest of this version.
    """
    whole, _, rest = content.rpartition(b"\n")
    if rest[: len(START)] != START[: len(rest)]:
        raise _no_manifest(name, rest)
    return [_parse(name, line) for line in whole.splitlines()], rest


def _parse(name: str, line: bytes) -> Attempt:
    try:
        return Attempt.from_json(line)
    except ValueError as error:
        raise _no_manifest(name, line) from error


def _no_manifest(name: str, line: bytes) -> ConfigError:
    shown = line[:60].decode(errors="replace")
    return ConfigError(
        f"{name}: {shown!r} is not a line of a manifest of this version of arpipe; move the file away"
    )
