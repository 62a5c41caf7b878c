"""How many pictures a file holds, in bounded time.

Pillow walks through a whole GIF or TIFF to count: minutes for a file of some hundred megabytes.
"""

from os import SEEK_CUR
from typing import IO

from PIL import Image, ImageFile

_HEADER_BYTES, _FLAGS_AT, _DESCRIPTOR_BYTES = 13, 10, 9
_EXTENSION, _IMAGE, _TRAILER = b"!", b",", b";"


def count_pictures(image: Image.Image, most: int) -> int:
    """Count the pictures of an open file without decoding any; files with more than `most` give `most` + 1.

    Raises:
        OSError, ValueError, SyntaxError: What Pillow raises for a damaged file.
    """
    if isinstance(image, ImageFile.ImageFile) and image.format == "GIF" and image.fp is not None:
        return _count_in_gif(image.fp, most)
    if image.format == "TIFF":
        return _count_pages(image, most)
    return min(int(getattr(image, "n_frames", 1)), most + 1)  # in the header of the other formats


def _count_pages(image: Image.Image, most: int) -> int:
    count = 1
    try:
        while count <= most:
            image.seek(count)  # reads the directory of the page, not its pixels
            count += 1
    except EOFError:
        pass
    image.seek(0)
    return count


def _count_in_gif(file: IO[bytes], most: int) -> int:
    """Count image blocks, skipping bytes between blocks as Pillow does; the file's position stays."""
    before = file.tell()
    file.seek(0)
    _skip_palette(file, file.read(_HEADER_BYTES)[_FLAGS_AT:])
    count = 0
    while count <= most and (kind := file.read(1)) and kind != _TRAILER:
        if kind == _EXTENSION:
            file.seek(1, SEEK_CUR)  # its label
            _skip_data(file)
        elif kind == _IMAGE:
            _skip_palette(file, file.read(_DESCRIPTOR_BYTES)[-1:])
            file.seek(1, SEEK_CUR)  # code size
            _skip_data(file)
            count += 1
    file.seek(before)
    return max(count, 1)


def _skip_palette(file: IO[bytes], flags: bytes) -> None:
    """Skip the palette whose presence and size are in the first of some bytes."""
    if flags and flags[0] & 0x80:
        file.seek(3 << ((flags[0] & 7) + 1), SEEK_CUR)


def _skip_data(file: IO[bytes]) -> None:
    """Skip blocks of data, each behind its length, up to the empty one."""
    while (length := file.read(1)) and length[0]:
        file.seek(length[0], SEEK_CUR)
