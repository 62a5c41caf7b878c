"""Exports as Parquet, through pyarrow from the extra `parquet`."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from arpipe.errors import MissingExtra
from arpipe.io.atomic import AtomicFile
from arpipe.io.export.export import COLUMNS, LIST_COLUMNS, TEXT_COLUMNS, ExportHeader, rows, to_json
from arpipe.types import FrameResult

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtra('Parquet needs pyarrow; install it with: pip install "arpipe[parquet]"') from error

ROWS_IN_A_GROUP = 512  # 6 MB of landmarks in memory at most

_INTEGERS = ("frame", "width", "height", "id")


class ParquetExport:
    """Rows of `COLUMNS`, an `Export`; landmarks and matrix are nested lists of float32 and float64."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        self._finished = False
        self._rows: list[dict[str, Any]] = []
        self._file = AtomicFile(path)
        self._schema = pa.schema(
            [(name, _type(name)) for name in COLUMNS], metadata={"arpipe": to_json(header.record())}
        )
        try:
            self._table = pq.ParquetWriter(self._file.temporary, self._schema, compression="zstd")
        except OSError as error:
            self._file.discard()
            raise self._file.failure(error) from error

    def write(self, result: FrameResult) -> None:
        """Add a row for each face, body and hand."""
        if self._finished:
            raise ValueError(f"export {self._file.path} is closed")
        self._rows.extend(rows(result))
        if len(self._rows) >= ROWS_IN_A_GROUP:
            try:
                self._flush()
            except OSError as error:
                self.abort()
                raise self._file.failure(error) from error

    def close(self) -> None:
        """Finish; see `Export`."""
        if self._finished:
            return
        try:
            self._flush()
            self._table.close()
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
            self._table.close()
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _flush(self) -> None:
        if self._rows:
            self._table.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _type(column: str) -> Any:
    if column in LIST_COLUMNS:
        return pa.list_(pa.list_(pa.float64() if column == "camera_from_head" else pa.float32()))
    if column in TEXT_COLUMNS:
        return pa.string()
    return pa.int64() if column in _INTEGERS else pa.float64()
