"""Exports that are text: JSON lines and CSV."""

import csv
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from arpipe.io.atomic import AtomicFile
from arpipe.io.export.export import (
    COLUMNS,
    LIST_COLUMNS,
    ExportHeader,
    frame_record,
    header_beside,
    rows,
    to_json,
)
from arpipe.types import FrameResult


class _TextExport:
    """A text file under way."""

    def __init__(self, path: Path) -> None:
        self._finished = False
        self._file = AtomicFile(path)
        with ExitStack() as undo:
            undo.callback(self._file.discard)
            try:
                self._text = self._file.temporary.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise self._file.failure(error) from error
            undo.pop_all()

    def _put(self, put: Callable[[], object]) -> None:
        if self._finished:
            raise ValueError(f"export {self._file.path} is closed")
        try:
            put()
        except OSError as error:
            self.abort()
            raise self._file.failure(error) from error

    def close(self) -> None:
        """Finish; see `Export`."""
        if self._finished:
            return
        try:
            self._text.close()
        except OSError as error:
            self.abort()
            raise self._file.failure(error) from error
        self._finished = True
        self._file.commit()

    def abort(self) -> None:
        """Drop it; see `Export`."""
        if self._finished:
            return
        self._finished = True
        with suppress(OSError):
            self._text.close()
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


class JsonLinesExport(_TextExport):
    """One JSON object in each line, the header first; an `Export`."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        super().__init__(path)
        self._line(header.record())

    def write(self, result: FrameResult) -> None:
        """Add a line."""
        self._line(frame_record(result))

    def _line(self, record: dict[str, Any]) -> None:
        self._put(lambda: self._text.write(to_json(record) + "\n"))


class CsvExport(_TextExport):
    """Comma-separated `COLUMNS` with their names in the first line, and the header in a file beside it; an `Export`."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        super().__init__(path)
        try:
            self._header = AtomicFile(header_beside(path))
        except BaseException:
            super().abort()
            raise
        self._table = csv.DictWriter(self._text, COLUMNS, lineterminator="\n")
        self._put(
            lambda: self._header.temporary.write_text(to_json(header.record()) + "\n", encoding="utf-8")
        )
        self._put(self._table.writeheader)

    def write(self, result: FrameResult) -> None:
        """Add a row for each face, body and hand."""
        for row in rows(result):
            for name in LIST_COLUMNS:
                row[name] = None if row[name] is None else to_json(row[name])
            self._put(partial(self._table.writerow, row))

    def close(self) -> None:
        """Finish the table and the header beside it."""
        if self._finished:
            return
        super().close()
        self._header.commit()

    def abort(self) -> None:
        """Drop both files; see `Export`."""
        super().abort()
        self._header.discard()
