"""Exports that are text: JSON lines and CSV."""

import csv
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from arpipe.io.export.export import COLUMNS, LIST_COLUMNS, ExportHeader, frame_record, rows, to_json
from arpipe.io.sink import PartFile
from arpipe.types import FrameResult


class _TextExport:
    """A text file under way."""

    def __init__(self, path: Path) -> None:
        self._finished = False
        self._part = PartFile(path)
        with ExitStack() as undo:
            undo.callback(self._part.discard)
            try:
                self._text = self._part.part.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise self._part.failure(error) from error
            undo.pop_all()

    def _put(self, put: Callable[[], object]) -> None:
        if self._finished:
            raise ValueError(f"export {self._part.path} is closed")
        try:
            put()
        except OSError as error:
            self.abort()
            raise self._part.failure(error) from error

    def close(self) -> None:
        """Finish; see `Export`."""
        if self._finished:
            return
        try:
            self._text.close()
        except OSError as error:
            self.abort()
            raise self._part.failure(error) from error
        self._finished = True
        self._part.commit()

    def abort(self) -> None:
        """Drop it; see `Export`."""
        if self._finished:
            return
        self._finished = True
        with suppress(OSError):
            self._text.close()
        self._part.discard()

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
    """Comma-separated `COLUMNS` with their names in the first line; an `Export`."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        super().__init__(path)
        self._table = csv.DictWriter(self._text, COLUMNS, lineterminator="\n")
        self._header = to_json(header.record())
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
        beside = PartFile(self._part.path.with_name(self._part.path.name + ".json"))
        try:
            beside.part.write_text(self._header + "\n", encoding="utf-8")
        except OSError as error:
            beside.discard()
            raise beside.failure(error) from error
        beside.commit()
