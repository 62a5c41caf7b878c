"""Results as data: JSON lines, CSV and Parquet, written row by row; the files appear when they are whole.

A JSONL file holds one header line, then one line for each frame. CSV and Parquet hold one row for each face,
body and hand, told apart by `kind`, and one row with empty columns for a frame without any; `COLUMNS` lists them.
Their header is the metadata `arpipe` of a Parquet file, and for a CSV file the text file beside it,
`<name>.csv.json`.

x and y are px of the upright frame, translations m in the camera frame (x right, y down, z forward). A body's
landmarks have their visibility as fourth value; `world` is m around the hips, or the hand's centre.
"""

import importlib
import json
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.writer import Writer
from arpipe.subjects import ColumnType, exported
from arpipe.types import FrameResult

SCHEMA = 1

ExportFormat = Literal["jsonl", "csv", "parquet"]

EXPORTS: dict[ExportFormat, str] = {
    "jsonl": "arpipe.io.export.text:JsonLinesExport",
    "csv": "arpipe.io.export.text:CsvExport",
    "parquet": "arpipe.io.export.parquet:ParquetExport",
}
"""Format, which is also the suffix → its class."""

_ORDER = (
    *("frame", "time_s", "width", "height"),
    *("kind", "id", "score", "side", "side_score"),
    *("box_x0", "box_y0", "box_x1", "box_y1"),
    *("yaw_deg", "pitch_deg", "roll_deg", "translation_x_m", "translation_y_m", "translation_z_m"),
    *("error_px", "pupillary_distance_mm", "camera_from_head", "landmarks", "world"),
)
_COMMON: Mapping[str, ColumnType] = {
    **dict.fromkeys(("frame", "width", "height", "id"), "integer"),
    **dict.fromkeys(("time_s", "score", "box_x0", "box_y0", "box_x1", "box_y1"), "number"),
    "kind": "text",
}


def _column_types() -> dict[str, ColumnType]:
    """Return the columns of all subjects: those of older versions in their order, then the others."""
    types = dict(_COMMON)
    for subject in exported():
        types.update(subject.columns)
    return {name: types[name] for name in dict.fromkeys((*_ORDER, *types))}


_VECTORS = {
    "box": ("box_x0", "box_y0", "box_x1", "box_y1"),
    "translation_m": ("translation_x_m", "translation_y_m", "translation_z_m"),
}

COLUMN_TYPES = _column_types()
"""Column of CSV and Parquet → its type, in order."""

COLUMNS = tuple(COLUMN_TYPES)
"""Columns of CSV and Parquet. In a CSV, points and matrices are JSON: a 4 × 4, an n × 3 or n × 4, and an n × 3 list."""

LIST_COLUMNS = tuple(name for name, kind in COLUMN_TYPES.items() if kind in ("points", "matrix"))


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """What holds for all frames.

    Attributes:
        camera: Intrinsics that poses refer to.
        source: Name of the input.
    """

    camera: CameraIntrinsics
    source: str

    def record(self) -> dict[str, Any]:
        """As written."""
        return {
            "arpipe": _version(),
            "camera": asdict(self.camera),
            "source": self.source,
            "schema": SCHEMA,
        }


class Export(Writer):
    """Base class of exports, which take results in order."""

    @abstractmethod
    def write(self, result: FrameResult) -> None:
        """Add a frame.

        Raises:
            OutputError: The frame cannot be written.
            ValueError: A value is NaN, which JSON cannot represent.
        """


def export_format(path: Path, asked: ExportFormat | None = None) -> ExportFormat:
    """The format asked for, else the one that the suffix names.

    Raises:
        OutputError: The suffix names none.
    """
    suffix = path.suffix.lower().removeprefix(".")
    chosen: str = asked or suffix
    for name in EXPORTS:
        if name == chosen:
            return name
    raise OutputError(f"{path}: '.{suffix}' is no export format; choose one of .{', .'.join(EXPORTS)}")


def header_beside(path: Path) -> Path:
    """The text file beside a CSV table that holds its header."""
    return path.with_name(path.name + ".json")


def export_files(path: Path, chosen: ExportFormat) -> tuple[Path, ...]:
    """Every file that an export writes."""
    return (path, header_beside(path)) if chosen == "csv" else (path,)


def open_export(path: Path, header: ExportHeader, asked: ExportFormat | None = None) -> Export:
    """Start an export.

    Args:
        path: The file.
        header: What holds for all frames.
        asked: The format; None to go by the suffix.

    Raises:
        OutputError: The file cannot be written, or its suffix names no format.
        MissingExtra: Parquet needs the extra `parquet`.
    """
    module, name = EXPORTS[export_format(path, asked)].split(":")
    made: Callable[[Path, ExportHeader], Export] = getattr(importlib.import_module(module), name)
    return made(path, header)


def rows(result: FrameResult) -> Iterator[dict[str, Any]]:
    """Return rows of `COLUMNS`: one for each exported subject, or one with the frame alone."""
    record = result.to_dict()
    frame = {name: record[name] for name in ("frame", "time_s", "width", "height")}
    found = [(subject.kind, each) for subject in exported() for each in record[subject.results]]
    for kind, each in found:
        yield {**dict.fromkeys(COLUMNS), **frame, "kind": kind, **_columns(each)}
    if not found:
        yield {**dict.fromkeys(COLUMNS), **frame}


def _columns(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's values by column; nested records and vectors are flattened."""
    columns: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            columns.update(_columns(value))
        elif key in _VECTORS:
            columns.update(zip(_VECTORS[key], value, strict=True))
        elif key in COLUMN_TYPES:
            columns[key] = value
    return columns


def to_json(value: object) -> str:
    """Compact JSON; ValueError for NaN, which JSON does not know."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _version() -> str:
    try:
        return version("arpipe")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
