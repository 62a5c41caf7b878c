"""Input files: checks that they can be read, and glob patterns."""

import glob
from collections.abc import Iterator
from pathlib import Path

from arpipe.errors import MediaError, MediaNotFound


def require_file(path: Path) -> None:
    """Check that a path is a readable file with content.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is a folder, empty or unreadable.
    """
    if path.is_dir():
        raise MediaError(f"{path}: is a folder; give a file or a pattern like '{path}/*.jpg'")
    if not path.exists():
        raise MediaNotFound(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise MediaError(f"{path}: the file is empty")
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror or error})") from error


def is_pattern(text: str) -> bool:
    """Whether a text is a glob pattern and not the name of an existing file or folder."""
    return glob.has_magic(text) and not Path(text).exists()


def files_matching(pattern: str) -> Iterator[Path]:
    """Yield the paths that match a glob pattern; `**` matches any depth."""
    yield from (Path(name) for name in glob.iglob(pattern, recursive=True))  # noqa: PTH207 - Path refuses absolute ones
