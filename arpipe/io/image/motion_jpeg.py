"""Telling a raw Motion-JPEG stream, which is many JPEG pictures in a row, from a JPEG picture."""

import mmap
from pathlib import Path

START, END = b"\xff\xd8\xff", b"\xff\xd9"
SCAN = 0xDA
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
MOST_PADDING = 4096  # bytes between two pictures of a stream
FEWEST_PICTURES = 2


def starts_like_jpeg(path: Path) -> bool:
    """Whether a file has the signature of a JPEG."""
    with path.open("rb") as file:
        return file.read(len(START)) == START


def is_motion_jpeg(path: Path) -> bool:
    """Whether at least two whole pictures follow each other in a file that begins as a JPEG.

    Thumbnails lie inside the segments of a picture, and views of an MPO file are announced by a segment, so neither
    is taken for a second picture.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = _end_of_picture(content, 0)
        if end is None:
            return False
        following = content.find(START, end, end + MOST_PADDING)
        between = content[end:following] if following >= 0 else b""
        if following < 0 or between.strip(b"\0\xff\r\n"):
            return False
        return _end_of_picture(content, following) is not None


def _end_of_picture(content: mmap.mmap, start: int) -> int | None:
    """Return the offset behind the end marker of the picture at `start`; None without one, or if it announces views."""
    position = start + 2
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker in WITHOUT_LENGTH or marker == 0xFF:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == 0xE2 and content[position + 4 : position + 8] == b"MPF\0":
            return None
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == SCAN:
            end = content.find(END, position)  # in a scan, 0xFF is followed by 0 or a restart marker
            return None if end < 0 else end + 2
    return None
