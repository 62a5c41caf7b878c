"""Exports as comma-separated values: a row per subject with its points as JSON or as columns, or a row per point."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from arpipe.io.export.export import ExportHeader, header_beside
from arpipe.io.export.json_text import points_to_json, to_json
from arpipe.io.export.table import COLUMN_TYPES, COLUMNS, NESTED_COLUMNS, SOURCE, Row, record_rows
from arpipe.io.export.text import TextExport
from arpipe.io.placing import open_file
from arpipe.types.rounding import Record

_AXES = ("x", "y", "z", "visibility")

# Column of points → most rows, and most values of a row. Faces have 478 landmarks, bodies 33 with their visibility.
_MOST_POINTS = {"landmarks": (478, 3), "world": (33, 3)}
_WITH_VISIBILITY = 33
_MATRIX_SIZE = 4


def _as_text(name: str, value: object) -> object:
    if name not in NESTED_COLUMNS or value is None:
        return value
    return points_to_json(value) if name == "landmarks" else to_json(value)


def _flat_columns(name: str) -> list[str]:
    """Return the columns of a wide table for a column of `COLUMNS`."""
    if COLUMN_TYPES[name] == "matrix":
        return [f"{name}_{row}{column}" for row in range(_MATRIX_SIZE) for column in range(_MATRIX_SIZE)]
    if COLUMN_TYPES[name] != "points":
        return [name]
    most, values = _MOST_POINTS[name]
    with_visibility = _WITH_VISIBILITY if name == "landmarks" else 0
    return [
        f"{name}_{index}_{axis}"
        for index in range(most)
        for axis in _AXES[: len(_AXES) if index < with_visibility else values]
    ]


def _flat(name: str, value: object) -> Row:
    """Return the values of a column of `COLUMNS` by those of a wide table."""
    if COLUMN_TYPES[name] not in ("matrix", "points"):
        return {name: _as_text(name, value)}
    rows = _points(value)
    if COLUMN_TYPES[name] == "matrix":
        return {
            f"{name}_{row}{column}": each for row, line in enumerate(rows) for column, each in enumerate(line)
        }
    return {
        f"{name}_{index}_{axis}": each
        for index, point in enumerate(rows)
        for axis, each in zip(_AXES, point, strict=False)
    }


def _points(value: object) -> Sequence[Sequence[float]]:
    """Return the rows of a column of points; none if the subject has no such points."""
    return value if isinstance(value, list) else ()


class CsvExport(TextExport):
    """Rows of `COLUMNS`, with their names in the first line; the header is in a file beside it.

    Points, matrices, scores and movements are JSON.
    """

    columns: ClassVar[Sequence[str]] = COLUMNS

    def __init__(self, path: Path, header: ExportHeader) -> None:
        super().__init__(path)
        self._source = header.source
        with self._writing():
            beside = open_file(header_beside(path))
            self._files.append(beside)
            beside.temporary.write_text(header.to_json() + "\n", encoding="utf-8")
            self._table = csv.DictWriter(self._text, self.columns, lineterminator="\n")
            self._table.writeheader()

    def write_record(self, record: Record) -> None:
        """Add a frame; see `Export`."""
        self._require_open()
        for subject in record_rows(record, self._source):
            for row in self._shape(subject):
                with self._writing():
                    self._table.writerow(row)

    def _shape(self, subject: Row) -> Iterator[Row]:
        """Yield the rows of the file for a row of `COLUMNS`."""
        yield {name: _as_text(name, value) for name, value in subject.items()}


class WideCsvExport(CsvExport):
    """As `CsvExport`, but with a column per number of points and matrices: `landmarks_4_x`, `camera_from_head_03`."""

    columns = tuple(flat for name in COLUMNS for flat in _flat_columns(name))

    def _shape(self, subject: Row) -> Iterator[Row]:
        row: Row = {}
        for name, value in subject.items():
            row.update(_flat(name, value))
        yield row


class LongCsvExport(CsvExport):
    """A row for each point: which one of `points` it is, and where; subjects without points have none."""

    columns = (SOURCE, "frame", "time_s", "kind", "id", "points", "index", *_AXES)

    def _shape(self, subject: Row) -> Iterator[Row]:
        of_all = {name: subject[name] for name in (SOURCE, "frame", "time_s", "kind", "id")}
        for name in _MOST_POINTS:
            for index, point in enumerate(_points(subject[name])):
                yield {**of_all, "points": name, "index": index, **dict(zip(_AXES, point, strict=False))}
