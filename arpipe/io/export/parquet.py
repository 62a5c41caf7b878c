"""Exports as Parquet, through pyarrow from the extra `parquet`."""

from pathlib import Path

from arpipe.errors import MissingExtra
from arpipe.io.export.export import Export, ExportHeader
from arpipe.io.export.table import COLUMN_TYPES, COLUMNS, Row, record_rows
from arpipe.io.placing import open_file
from arpipe.io.writer import FileWriter
from arpipe.types.rounding import Record

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtra('Parquet needs pyarrow; install it with: pip install "arpipe[parquet]"') from error

__all__ = ["ROW_GROUP_SIZE", "ParquetExport", "column_type", "pa", "pq"]

ROW_GROUP_SIZE = 512  # at most 6 MB of landmarks in memory


class ParquetExport(FileWriter, Export):
    """Rows of `COLUMNS`; landmarks and matrices are nested lists of float32 and float64."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        self._rows: list[Row] = []
        self._source = header.source
        self._schema = pa.schema(
            [(name, column_type(name)) for name in COLUMNS], metadata={"arpipe": header.to_json()}
        )
        super().__init__(open_file(path))
        with self._writing():
            self._table = self._resources.enter_context(
                pq.ParquetWriter(self._file.temporary, self._schema, compression="zstd")
            )

    def write_record(self, record: Record) -> None:
        """Add a frame; see `Export`."""
        self._require_open()
        self._rows.extend(record_rows(record, self._source))
        if len(self._rows) >= ROW_GROUP_SIZE:
            with self._writing():
                self._flush()

    def _finish(self) -> None:
        self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._table.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def column_type(column: str) -> pa.DataType:
    """Return the type of a column of `COLUMNS`."""
    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "text": pa.string(),
        "points": pa.list_(pa.list_(pa.float32())),
        "matrix": pa.list_(pa.list_(pa.float64())),
        "scores": pa.map_(pa.string(), pa.float64()),
        "movements": pa.list_(
            pa.struct([("name", pa.string()), ("started_s", pa.float64()), ("duration_s", pa.float64())])
        ),
    }
    return types[COLUMN_TYPES[column]]
