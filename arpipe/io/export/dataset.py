"""Exports as a dataset: one Parquet file per input and table, so that whole folders can be queried.

    dataset/frames/clip.parquet    one row per frame, also for those without anybody
    dataset/faces/clip.parquet     one row per face and frame, with poses and expressions; so for bodies and hands

Every row has `source`, `frame` and `time_s`. Landmarks are fixed-size lists of float32. `docs/data.md` lists the
columns with their units.
"""

from collections.abc import Sequence
from pathlib import Path

from arpipe.io.export.export import Export, ExportHeader, dataset_files
from arpipe.io.export.parquet import ROW_GROUP_SIZE, column_type, pa, pq
from arpipe.io.export.table import COLUMN_TYPES, OF_FRAMES, Row, cells, frame_cells
from arpipe.io.placing import open_file
from arpipe.io.writer import FileWriter
from arpipe.subjects import SUBJECTS, exported
from arpipe.types.rounding import Record

_KEY = ("source", "frame", "time_s")
_OF_ALL = ("id", "state", "score", "box_x0", "box_y0", "box_x1", "box_y1")

# Results and column → rows and columns of the points.
_SHAPES = {
    ("faces", "landmarks"): (478, 3),
    ("bodies", "landmarks"): (33, 4),
    ("bodies", "world"): (33, 3),
    ("hands", "landmarks"): (21, 3),
    ("hands", "world"): (21, 3),
}


class DatasetExport(FileWriter, Export):
    """The tables of one input.

    Args:
        path: `<dataset>/<input>.parquet`; the tables are in folders beside it.
        header: Facts that apply to all frames; the metadata `arpipe` of every table.
    """

    def __init__(self, path: Path, header: ExportHeader) -> None:
        self._source = header.source
        metadata = {"arpipe": header.to_json()}
        self._rows: dict[str, list[Row]] = {}
        self._tables: dict[str, pq.ParquetWriter] = {}
        files = dataset_files(path)
        super().__init__(open_file(next(iter(files.values()))))
        with self._writing():
            for table, target in files.items():
                file = self._file if not self._tables else open_file(target)
                if self._tables:
                    self._files.append(file)
                schema = table_schema(table).with_metadata(metadata)
                writer = pq.ParquetWriter(file.temporary, schema, compression="zstd")
                self._tables[table] = self._resources.enter_context(writer)
                self._rows[table] = []

    def write_record(self, record: Record) -> None:
        """Add a frame; see `Export`."""
        self._require_open()
        key = {"source": self._source, "frame": record["frame"], "time_s": record["time_s"]}
        counts = {subject.results: len(record[subject.results]) for subject in exported()}
        frame = {"width": record["width"], "height": record["height"], **frame_cells(record)}
        self._rows["frames"].append({**key, **frame, **counts})
        for name in counts:
            self._rows[name] += ({**key, **cells(each)} for each in record[name])
        if max(map(len, self._rows.values())) >= ROW_GROUP_SIZE:
            with self._writing():
                self._flush()

    def _finish(self) -> None:
        self._flush()

    def _flush(self) -> None:
        for name, table in self._tables.items():
            if self._rows[name]:
                table.write_table(pa.Table.from_pylist(self._rows[name], schema=table.schema))
                self._rows[name] = []


def table_columns(table: str) -> Sequence[str]:
    """Return the columns of a table in order."""
    if table == "frames":
        return (*_KEY, "width", "height", *OF_FRAMES, *(subject.results for subject in exported()))
    own = {column for subject in SUBJECTS.values() if subject.results == table for column in subject.columns}
    return (*_KEY, *(column for column in COLUMN_TYPES if column in _OF_ALL or column in own))


def table_schema(table: str) -> "pa.Schema":
    """Return the schema of a table."""
    return pa.schema([(column, _type(table, column)) for column in table_columns(table)])


def _type(table: str, column: str) -> "pa.DataType":
    if column == "source":
        return pa.dictionary(pa.int32(), pa.string())
    if table == "frames" and column not in COLUMN_TYPES:
        return pa.int32()
    if (table, column) in _SHAPES:
        rows, columns = _SHAPES[table, column]
        return pa.list_(pa.list_(pa.float32(), columns), rows)
    return column_type(column)
