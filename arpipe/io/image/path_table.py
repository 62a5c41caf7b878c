"""Pictures that a CSV file lists."""

import csv
import io
from pathlib import Path

from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.files import read_whole, require_file

MAX_TABLE_BYTES = 64 * 2**20
PATH_COLUMNS = ("path", "file", "filename", "image", "picture")


def listed_pictures(table: Path) -> list[Path]:
    """Read the paths in a CSV file; relative ones start at the file's folder.

    They stand in the column `path`, `file`, `filename`, `image` or `picture`; in a table without such a heading, in
    the first column.

    Raises:
        MediaNotFound: There is no such table, or a picture that it lists is missing; the message has the line.
        MediaError: The table is no CSV, is larger than 64 MB, or lists nothing.
    """
    rows = _rows(table)
    heading = [name.strip().lower() for name in rows[0]] if rows else []
    column = next((heading.index(name) for name in PATH_COLUMNS if name in heading), None)
    first = 0 if column is None else 1
    paths = [_picture(table, line, row, column or 0) for line, row in enumerate(rows[first:], first + 1)]
    if not paths:
        raise MediaError(f"{table}: lists no pictures; write one path per line")
    return paths


def _rows(table: Path) -> list[list[str]]:
    """Read the rows that hold anything."""
    require_file(table)
    try:
        text = read_whole(table, MAX_TABLE_BYTES).decode("utf-8-sig")
        return [row for row in csv.reader(io.StringIO(text)) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MediaError(f"{table}: cannot be read as CSV ({error}); save it as UTF-8 text") from error


def _picture(table: Path, line: int, row: list[str], column: int) -> Path:
    text = row[column].strip() if column < len(row) else ""
    path = table.parent / text
    try:
        found = bool(text) and path.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise MediaNotFound(f"{table}, line {line}: there is no picture {text[:120]!r}")
    return path
