"""Atomic writes, used for every file: written beside its target under a unique name, then moved there in one step.

The temporary file is created exclusively, so it never replaces a file of another program. Its name contains the process
that writes it; `remove_abandoned` finds those whose process no longer runs.
"""

import errno
import functools
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from arpipe.errors import OutputError

_ABANDONED_AFTER_S = 24 * 3600.0  # without a write, on whichever machine it was started
_LONGEST_NAME_BYTES = (
    100  # of the target's name inside the temporary one; file systems allow 143 to 255 in all
)
_TEMPORARY = re.compile(
    r"\..+\.(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-(?P<started_s>\d+)-[0-9a-f]{8}\.arpipe(\.\w+)?"
)


class AtomicFile:
    """A file that appears in its place once it is complete.

    A symbolic link is followed: the file it points to is replaced, not the link. An existing file keeps its mode.

    Args:
        path: The place.

    Attributes:
        path: As given.
        temporary: The file to write to; empty at first.

    Raises:
        OutputError: The folder is missing or read-only, or the place is a folder, a device or a read-only file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._place = Path(os.path.realpath(self.path))
            _require_replaceable(self.path, self._place)
            self.temporary = self._place.with_name(_temporary_name(self._place.name))
            self.temporary.touch(exist_ok=False)
        except OutputError:
            raise
        except (OSError, ValueError) as error:
            raise unwritable(self.path, error) from error

    def commit(self) -> None:
        """Move the file to its place.

        Raises:
            OutputError: It cannot be moved; nothing is left of it.
        """
        try:
            with suppress(FileNotFoundError):
                shutil.copymode(self._place, self.temporary)
            self.temporary.replace(self._place)
        except OSError as error:
            self.discard()
            raise self.failure(error) from error

    def discard(self) -> None:
        """Remove what was written; does nothing after `commit`."""
        with suppress(OSError):
            self.temporary.unlink(missing_ok=True)

    def failure(self, error: Exception) -> OutputError:
        """Return the error to raise when writing failed."""
        return _output_error(f"{self.path}: writing failed ({reason(error)}); nothing is left of it", error)


class GrowingFile(AtomicFile):
    """A file written straight into its place, usable at any moment.

    Args:
        path: The place; nothing may be there yet.

    Raises:
        OutputError: The place is taken, or its folder is missing or read-only.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = self.temporary = Path(path)
        try:
            self.path.touch(exist_ok=False)
        except (OSError, ValueError) as error:
            raise unwritable(self.path, error) from error

    def commit(self) -> None:
        """Do nothing: the file is in its place."""

    def discard(self) -> None:
        """Remove the file if it is empty; anything that was written stays."""
        with suppress(OSError):
            if self.path.stat().st_size == 0:
                self.path.unlink()

    def failure(self, error: Exception) -> OutputError:
        """Return the error to raise when writing failed."""
        return _output_error(
            f"{self.path}: writing failed ({reason(error)}); what was recorded before is kept", error
        )


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Write a whole file in a `with` block: the block gets the temporary file, which replaces `path` at its end.

    Raises:
        OutputError: The file cannot be written, or the block raised OSError; nothing is left of it.
    """
    file = AtomicFile(path)
    try:
        yield file.temporary
    except OSError as error:
        file.discard()
        raise file.failure(error) from error
    except BaseException:
        file.discard()
        raise
    file.commit()


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text file in one step; raises OutputError."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a binary file in one step; raises OutputError."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def make_parent(path: Path) -> None:
    """Create the folder of a file, and those above it; raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def require_writable(path: Path) -> None:
    """Raise OutputError now if a file could not be written later."""
    AtomicFile(path).discard()


def remove_abandoned(folder: Path) -> list[Path]:
    """Remove temporary files that killed processes left in a folder.

    Returns:
        What was removed. Files of running processes, of other machines (unless a day old) and of other programs stay.
    """
    removed = []
    with suppress(OSError):
        for path in sorted(folder.glob(".*.arpipe*")):
            if _is_abandoned(path):
                path.unlink()
                removed.append(path)
    return removed


def temporary_file(name: str) -> Path:
    """Create an empty file in the system's folder of temporary files, for content whose place is not on this machine.

    Args:
        name: Name of the content; the file has its suffix. Whoever asks removes the file.

    Raises:
        OutputError: It cannot be created.
    """
    path = Path(tempfile.gettempdir()) / f"{_temporary_name(name)}{Path(name).suffix}"
    try:
        path.touch(0o600, exist_ok=False)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def unwritable(path: Path, error: Exception) -> OutputError:
    """Return the error for a file that cannot be created, with advice."""
    return _output_error(f"{path}: cannot be written ({reason(error)}){_advice(path)}", error)


def reason(error: Exception) -> str:
    """Return the operating system's or library's message, without class names and numbers."""
    return str(getattr(error, "strerror", None) or error)


def _output_error(message: str, cause: Exception) -> OutputError:
    """Return an error with the errno of its cause, by which callers distinguish a full from a read-only disk."""
    error = OutputError(message)
    error.errno = getattr(cause, "errno", None)
    return error


def _require_replaceable(path: Path, place: Path) -> None:
    """Raise unless nothing, or a regular file that may be written, is at the place."""
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OutputError(f"{path}: is a device or a pipe, which cannot be replaced; give a file's name")
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a directory")
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")


def _temporary_name(name: str) -> str:
    shown = name.encode(errors="surrogateescape")[:_LONGEST_NAME_BYTES].decode(errors="ignore")
    owner = f"{_machine()}-{os.getpid()}-{_started_s(os.getpid())}"
    return f".{shown}.{owner}-{secrets.token_hex(4)}.arpipe"


def _is_abandoned(path: Path) -> bool:
    match = _TEMPORARY.fullmatch(path.name)
    if match is None:
        return False
    if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
        return True
    return match["host"] == _machine() and _started_s(int(match["pid"])) != int(match["started_s"])


def _started_s(process: int) -> int:
    """Return when a process was started, seconds since the epoch; -1 if no process has this id."""
    import psutil

    try:
        return int(psutil.Process(process).create_time())
    except (psutil.Error, ValueError, OverflowError):
        return -1


@functools.cache
def _machine() -> str:
    """Return a short name of this machine and, on Linux, of the namespace that its process numbers belong to."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - its target is a name, not a path
    except OSError:
        namespace = ""
    return hashlib.sha256(f"{platform.node()} {namespace}".encode()).hexdigest()[:8]


def _advice(path: Path) -> str:
    folder = path.parent
    with suppress(OSError, ValueError):
        if path.is_dir():
            return "; a folder has this name"
        if not folder.is_dir():
            return f"; there is no folder {folder}"
    return f"; check the permissions of {folder}, or choose another place"
