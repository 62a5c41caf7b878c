"""Input files: checks that they can be read, and glob patterns."""

import errno
import glob
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from arpipe.errors import MediaError, MediaNotFound

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/{1,2}[^/]", re.IGNORECASE)
_SHOWN_CHARACTERS = 80  # of a name in a message about it


def require_file(path: Path) -> None:
    """Check that a path is a readable file with content. Nothing else is opened: a pipe would block.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is a folder, a pipe, a device, empty or unreadable, or no name that the system allows.
    """
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size:
            path.open("rb").close()
            return
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaNotFound(f"{shown(path)}: there is no such file{_about_address(path)}") from error
    except (OSError, ValueError) as error:
        raise MediaError(
            f"{shown(path)}: cannot be read ({getattr(error, 'strerror', None) or error})"
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise MediaError(f"{path}: is a folder; give a file or a pattern like '{path}/*.jpg'")
    if not stat.S_ISREG(found.st_mode):
        raise MediaError(
            f"{path}: is a pipe or a device, and inputs are read more than once; save it to a file first"
        )
    raise MediaError(f"{path}: the file is empty")


def read_whole(path: Path, most_bytes: int) -> bytes:
    """Read a small file.

    Raises:
        OSError: It is missing, unreadable, a folder, a pipe or a device, or larger than `most_bytes`.
    """
    try:
        found = path.stat()
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise OSError(errno.EINVAL, f"it is {kind}, not a file")
    if found.st_size > most_bytes:
        raise OSError(errno.EFBIG, f"it has {found.st_size} bytes, more than the {most_bytes} that are read")
    return path.read_bytes()


def is_file(path: Path) -> bool:
    """Whether there is a regular file; False for names that the system does not allow."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def is_present(path: Path) -> bool:
    """Whether there is anything of that name; False for names that the system does not allow."""
    with suppress(OSError, ValueError):
        return path.exists()
    return False


def is_folder(text: str) -> bool:
    """Whether a text names an existing folder; False for names that the system does not allow."""
    with suppress(OSError, ValueError):
        return Path(text).is_dir()
    return False


def is_pattern(text: str) -> bool:
    """Whether a text is a glob pattern and not the name of an existing file or folder."""
    with suppress(OSError, ValueError):
        return glob.has_magic(text) and not Path(text).exists()
    return False


def files_matching(pattern: str) -> Iterator[Path]:
    """Yield the paths that match a glob pattern; `**` matches any depth."""
    yield from (Path(name) for name in glob.iglob(pattern, recursive=True))  # noqa: PTH207 - Path refuses absolute ones


def as_text(name: str) -> str:
    """Return a name with bytes that are no UTF-8 as escapes; Linux allows any bytes in names, and text files do not."""
    return name.encode(errors="backslashreplace").decode()


def shown(path: Path | str) -> str:
    """Return a name for messages, shortened in the middle if it is very long."""
    text = str(path)
    half = _SHOWN_CHARACTERS // 2
    return text if len(text) <= 2 * _SHOWN_CHARACTERS else f"{text[:half]}…{text[-half:]}"


def _about_address(path: Path) -> str:
    """Advice for network addresses, whose second slash `Path` has swallowed."""
    if not _ADDRESS.match(str(path)):
        return ""
    return (
        "; streams are for live use: arpipe live --source ADDRESS. To process one as a file, record it first, "
        "such as with ffmpeg -i ADDRESS -c copy clip.mkv"
    )
