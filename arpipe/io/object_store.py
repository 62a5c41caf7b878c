"""Files in object stores, and on other servers that fsspec knows: `s3://bucket/clip.mp4`, `gs://…`, `sftp://…`.

An address travels through arpipe as text, or as the path that pathlib makes of it, `s3:/bucket/clip.mp4`, so that names
are joined and compared like those of files. `address_of` tells it from a file, and gives the address back.
"""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from arpipe.errors import ArpipeError, MediaError, MediaNotFound, MissingExtra, OutputError
from arpipe.io.atomic import temporary_file
from arpipe.io.guard import guarded

# Of fsspec, without archives, caches and wrappers; http and https are streams, see `arpipe.io.addresses`.
SCHEMES = (
    "abfs",
    "abfss",
    "adl",
    "az",
    "box",
    "dbfs",
    "dropbox",
    "ftp",
    "gcs",
    "gdrive",
    "gs",
    "hdfs",
    "hf",
    "lakefs",
    "memory",
    "oci",
    "oss",
    "s3",
    "s3a",
    "sftp",
    "smb",
    "ssh",
    "tos",
    "webdav",
    "webhdfs",
)
_PATH = re.compile(rf"({'|'.join(SCHEMES)}):[/\\]{{1,3}}(.*)", re.DOTALL)
_ETAGS = ("ETag", "etag", "md5Hash", "checksum", "mtime", "LastModified", "last_modified", "created")
_BLOCK_BYTES = 2 << 20  # of a file that is read in parts: what is requested at once
_BLOCKS = 8  # and how many of the latest are kept
_ADVICE = "check the address, the credentials and their permissions"


@dataclass(frozen=True, slots=True)
class Stored:
    """Size and version of a stored file.

    Attributes:
        size: Bytes.
        etag: Changes when the content changes; empty if the store has no such value.
    """

    size: int
    etag: str


def address_of(path: str | os.PathLike[str]) -> str | None:
    """Return the address that a text or path stands for; None for a file of this machine."""
    match = _PATH.fullmatch(os.fspath(path))
    return None if match is None else f"{match[1]}://{match[2].replace(os.sep, '/')}"


def text_of(path: str | os.PathLike[str]) -> str:
    """Return a path, or the address that it stands for, as users write it."""
    return address_of(path) or os.fspath(path)


def find(address: str) -> Stored | None:
    """Return size and version of a file; None if it does not exist.

    Raises:
        MediaError: The store cannot be asked.
    """
    with _reading(address):
        system, path = _open(address)
        try:
            return _stored(system.info(path))
        except FileNotFoundError:
            return None


def is_store_folder(address: str) -> bool:
    """Whether there are files below an address; raises MediaError."""
    with _reading(address):
        system, path = _open(address)
        return bool(system.isdir(path))


def files_below(address: str, *, recursive: bool) -> dict[str, Stored]:
    """Return the files below an address by their names relative to it, sorted; raises MediaError."""
    with _reading(address):
        system, path = _open(address)
        found = system.find(path, maxdepth=None if recursive else 1, detail=True)
        top = f"{path.rstrip('/')}/"
        return {name.removeprefix(top): _stored(found[name]) for name in sorted(found)}


def addresses_matching(pattern: str) -> list[str]:
    """Return the addresses that match a glob pattern, sorted; raises MediaError."""
    with _reading(pattern):
        system, path = _open(pattern)
        scheme = pattern.partition("://")[0]
        return sorted(f"{scheme}://{name}" for name in system.glob(path))


@contextmanager
def local_copy(spec: str | Path) -> Iterator[Path]:
    """Give a file of this machine for the length of the block: the file itself, or a copy of a stored one.

    Errors of the block that name the copy name the address instead.

    Raises:
        MediaNotFound: There is no such file in the store.
        MediaError: It cannot be read.
    """
    address = address_of(spec)
    if address is None:
        yield Path(spec)
        return
    copy = temporary_file(PurePosixPath(address).name)
    try:
        with _reading(address):
            system, path = _open(address)
            system.get_file(path, str(copy))
        yield copy
    except ArpipeError as error:
        message = str(error)
        if str(copy) not in message:
            raise
        raise type(error)(message.replace(str(copy), address)) from error
    finally:
        copy.unlink(missing_ok=True)


class StoredBytes:
    """The bytes of a stored file, read in parts where they are wanted, as libraries read an open file.

    Blocks are requested as they are needed, and the latest ones kept. The store is asked for the file as it is now: if
    it changes meanwhile, S3 refuses further blocks. Nothing has to be closed.

    Args:
        address: The file.

    Raises:
        MediaNotFound: There is no such file in the store.
        MediaError: It cannot be read; `read` raises it as well.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        with _reading(address):
            system, path = _open(address)
            self._file = system.open(
                path,
                "rb",
                block_size=_BLOCK_BYTES,
                cache_type="blockcache",
                cache_options={"maxblocks": _BLOCKS},
            )

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size` of them; none at the end."""
        with _reading(self._address):
            return bytes(self._file.read(size))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place, as `io.IOBase.seek` does, and return it."""
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """Return where the next byte is read."""
        return int(self._file.tell())


def read_files(address: str, names: list[str]) -> dict[str, bytes]:
    """Return the contents of some files below an address by their names; raises MediaError."""
    with _reading(address):
        system, path = _open(address)
        return {name: system.cat_file(f"{path.rstrip('/')}/{name}") for name in names}


def write_file(address: str, content: bytes) -> None:
    """Write a whole small file in one step; raises OutputError."""
    with _writing(address):
        system, path = _open(address)
        system.pipe_file(path, content)


def upload(file: Path, address: str) -> None:
    """Write a file in one step: stores show it when all of it has arrived; raises OutputError."""
    with _writing(address):
        system, path = _open(address)
        system.put_file(str(file), path)


def remove(address: str) -> None:
    """Remove a file, or all files below an address, if there are any; raises OutputError."""
    with _writing(address):
        system, path = _open(address)
        if system.exists(path):
            system.rm(path, recursive=True)


def require_store_writable(address: str) -> None:
    """Raise OutputError now if nothing could be written below an address later."""
    with _writing(address):
        system, path = _open(f"{address.rstrip('/')}/.arpipe-probe-{secrets.token_hex(4)}")
        system.pipe_file(path, b"")
        system.rm_file(path)


@contextmanager
def _reading(address: str) -> Iterator[None]:
    try:
        with guarded(MediaError, f"{address}: cannot be read", _ADVICE):
            yield
    except MediaError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise MediaNotFound(f"{address}: there is no such file or bucket") from error
        raise


@contextmanager
def _writing(address: str) -> Iterator[None]:
    with guarded(OutputError, f"{address}: cannot be written", _ADVICE):
        yield


def _open(address: str) -> tuple[Any, str]:
    """Return the file system and the path in it."""
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    except ImportError as error:  # fsspec itself, or the package for the scheme
        raise MissingExtra(
            f'{address}: {error}; for s3 install: pip install "arpipe[s3]", for others fsspec and that package'
        ) from error
    return system, path


def _stored(info: Mapping[str, Any]) -> Stored:
    version = next((info[key] for key in _ETAGS if info.get(key)), "")
    if isinstance(version, datetime):  # some stores list their files with seconds instead
        version = version.timestamp()
    return Stored(int(info.get("size") or 0), str(version))
