"""Files in the cache folder: atomic writes, and checks that are cheap when nothing changed.

Every cached file has a record beside it (`<file>.json`) with its SHA-256, size and modification time. Opening
compares size and time; only when the time differs the hash is computed. A file that does not match its record
counts as absent.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arpipe.errors import WeightsError
from arpipe.folders import HOME_VARIABLE
from arpipe.io.atomic import remove_abandoned, write_bytes

SCRATCH_PREFIX = ".tmp-"
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the cache for writing; other processes and threads wait."""
    from filelock import FileLock  # imports asyncio

    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire()
    try:
        _remove_leftovers(folder)
        yield
    finally:
        lock.release()


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn an operating-system error under `target` into a WeightsError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise WeightsError(disk_full(target)) from error
        if error.errno in _READ_ONLY:
            raise WeightsError(
                f"the weights cache {target} cannot be written ({os.strerror(error.errno)}); "
                f"make it writable, or set {HOME_VARIABLE} to a folder that is"
            ) from error
        raise WeightsError(f"the weights cache {target} cannot be used: {error}") from error


def disk_full(target: Path) -> str:
    """Return the message for a full disk at `target`."""
    existing = next((p for p in (target, *target.parents) if p.exists()), Path())
    free_mb = shutil.disk_usage(existing).free / 1e6
    return (
        f"disk full while writing the weights to {target} ({free_mb:.0f} MB free, about 100 MB needed); "
        f"free some space, or set {HOME_VARIABLE} to a folder on another disk"
    )


@contextmanager
def temporary_folder(folder: Path) -> Iterator[Path]:
    """Create a scratch folder on the cache's disk, and remove it afterwards."""
    with explained(folder):
        scratch = tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=folder, ignore_cleanup_errors=True)
    with scratch as name:
        yield Path(name)


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left. Scratch folders are only made under the lock, so none is in use now."""
    for scratch in folder.glob(f"{SCRATCH_PREFIX}*"):
        shutil.rmtree(scratch, ignore_errors=True)
    for place in (folder, folder / "onnx", folder / "tflite"):
        remove_abandoned(place)


def write(path: Path, content: bytes, source: str) -> None:
    """Add a file to the cache, atomically.

    Args:
        path: Its place.
        content: Its content.
        source: What the content was made from, and by which version; `find` compares it.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
        _record(path, hashlib.sha256(content).hexdigest(), source)


def find(path: Path, source: str) -> bool:
    """Whether a file is in the cache, undamaged according to cheap checks, and made from `source`."""
    record = _read_record(path)
    return record is not None and record.get("source") == source and sound(path, thorough=False)


def sound(path: Path, thorough: bool) -> bool:
    """Whether a file is what its record says: by size and time unless `thorough` or the time differs."""
    record = _read_record(path)
    if record is None or not path.is_file():
        return False
    status = path.stat()
    if status.st_size != record.get("size"):
        return False
    if status.st_mtime_ns == record.get("mtime_ns") and not thorough:
        return True
    if sha256(path) != record.get("sha256"):
        return False
    if status.st_mtime_ns != record.get("mtime_ns"):
        with contextlib.suppress(
            OSError
        ):  # a read-only cache, copied with new times, only stays slower to check
            _record(path, str(record["sha256"]), str(record["source"]))
    return True


def remove(path: Path) -> None:
    """Drop a cached file and its record."""
    with explained(path):
        _record_path(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_record(path: Path) -> dict[str, object] | None:
    try:
        record = json.loads(_record_path(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _record(path: Path, digest: str, source: str) -> None:
    status = path.stat()
    record = {
        "source": source,
        "sha256": digest,
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
    }
    write_bytes(_record_path(path), json.dumps(record, indent=1).encode())
