"""How many scans a JPEG has.

A progressive JPEG refines the whole picture with every scan, and a scan that changes nothing takes a few bytes, so a
file of 1 MB can keep a decoder busy for minutes. Encoders write about ten.
"""

import re
from os import SEEK_CUR, SEEK_SET
from typing import BinaryIO

MAX_SCANS = 100
_BLOCK_BYTES = 4096
_SCAN, _END = 0xDA, 0xD9
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)  # others are part of a scan's data
_WITHOUT_LENGTH = frozenset((0x01, 0xD8))


def count_scans(file: BinaryIO, most: int) -> int:
    """Count the scans of the first picture in a file; those with more than `most` give `most` + 1.

    Reads from the start of the file, and does not restore the position.
    """
    file.seek(0, SEEK_SET)
    count = 0
    while count <= most:
        marker = _next_marker(file)
        if marker is None or marker == _END:
            break
        count += marker == _SCAN
        if marker not in _WITHOUT_LENGTH:
            length = int.from_bytes(file.read(2), "big")
            file.seek(max(0, length - 2), SEEK_CUR)
    return count


def _next_marker(file: BinaryIO) -> int | None:
    """Return the next marker and leave the position behind it; None at the end of the file."""
    last = b""
    while block := file.read(_BLOCK_BYTES):
        content = last + block
        found = _MARKER.search(content)
        if found is not None:
            file.seek(found.end() - len(content), SEEK_CUR)
            return content[found.end() - 1]
        last = block[-1:]
    return None
