"""Results as data: JSON Lines, CSV and Parquet, written row by row; a file appears once it is complete.

A JSONL file holds one header line, then one line per frame. CSV and Parquet hold one row per face, body and hand,
distinguished by `kind`, and one row with empty columns for a frame without any; `table.COLUMNS` lists the columns. A
wide CSV has a column per number of the points, a long one a row per point (`comma`).
The header is the metadata `arpipe` of a Parquet file; for a CSV file it is a text file beside it, `<name>.csv.json`.

A number that is NaN or infinite is null in JSON and Parquet and empty in CSV.

x and y are px of the upright frame, translations are m in the camera frame (x right, y down, z forward). A body's
landmarks have their visibility as fourth value; `world` is m around the hips, or around the centre of the hand.
"""

import importlib
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.export.json_text import to_json
from arpipe.io.writer import Writer
from arpipe.subjects import exported
from arpipe.types import FrameResult
from arpipe.types.rounding import Record, all_finite

SCHEMA = 1

ExportFormat = Literal["jsonl", "csv", "csv-wide", "csv-long", "parquet", "dataset"]

STANDARD_OUTPUT = Path("-")
"""As a path, JSON lines on standard output."""

EXPORTS: dict[ExportFormat, str] = {
    "jsonl": "arpipe.io.export.text:JsonLinesExport",
    "csv": "arpipe.io.export.comma:CsvExport",
    "csv-wide": "arpipe.io.export.comma:WideCsvExport",
    "csv-long": "arpipe.io.export.comma:LongCsvExport",
    "parquet": "arpipe.io.export.parquet:ParquetExport",
    "dataset": "arpipe.io.export.dataset:DatasetExport",
}
"""Format → class."""


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """Facts that apply to all frames.

    Attributes:
        camera: Intrinsics that poses refer to.
        source: Name of the input.
    """

    camera: CameraIntrinsics
    source: str

    def to_json(self) -> str:
        """Return the header as one line of JSON."""
        camera = asdict(self.camera)
        return to_json({"arpipe": _version(), "camera": camera, "source": self.source, "schema": SCHEMA})


class Export(Writer):
    """Base class of exports, which take results in order."""

    _incomplete = 0  # frames that hold a number that is not finite

    def write(self, result: FrameResult) -> None:
        """Add a frame; numbers that are NaN or infinite are written as null, or as an empty cell.

        Raises:
            OutputError: The frame cannot be written.
        """
        self.write_record(result.to_dict())
        extra = [each.to_dict() for subjects in result.extra.values() for each in subjects]
        if not all_finite((result.frame.captured_s, result.tracked(), extra)):
            self._incomplete += 1

    @property
    def losses(self) -> tuple[str, ...]:
        """What the export lacks of the results written so far, as sentences for the user."""
        if not self._incomplete:
            return ()
        noun = "frame has" if self._incomplete == 1 else "frames have"
        return (f"{self._incomplete} {noun} numbers that are not finite; the export leaves them empty",)

    @abstractmethod
    def write_record(self, record: Record) -> None:
        """Add a frame, given as `FrameResult.to_dict` returns it or as a line of JSON lines holds it.

        Raises:
            OutputError: The frame cannot be written.
        """


def export_format(path: Path, asked: ExportFormat | None = None) -> ExportFormat:
    """Return the format asked for, or the one of the suffix.

    Raises:
        OutputError: The suffix is not an export format.
    """
    if path == STANDARD_OUTPUT:
        if asked not in (None, "jsonl"):
            raise OutputError(f"{path}: standard output takes JSON lines only, not {asked}")
        return "jsonl"
    if asked is not None:
        return asked
    suffix = path.suffix.lower()
    files: dict[str, ExportFormat] = {export_suffix(name): name for name in ("jsonl", "csv", "parquet")}
    if suffix not in files:
        raise OutputError(f"{path}: '{suffix}' is not an export format; choose one of {', '.join(files)}")
    return files[suffix]


def export_suffix(chosen: ExportFormat) -> str:
    """Return the suffix of the files of a format, with its dot."""
    return ".parquet" if chosen == "dataset" else f".{chosen.partition('-')[0]}"


def header_beside(path: Path) -> Path:
    """Return the path of the text file beside a CSV table that holds its header."""
    return path.with_name(path.name + ".json")


def dataset_files(path: Path) -> dict[str, Path]:
    """Return the tables of a dataset → the file of an input, given as `<dataset>/<input>.parquet`."""
    tables = ("frames", *(subject.results for subject in exported()))
    return {table: path.parent / table / path.name for table in tables}


def export_files(path: Path, chosen: ExportFormat) -> tuple[Path, ...]:
    """List every file that an export writes."""
    if path == STANDARD_OUTPUT:
        return ()
    if chosen == "dataset":
        return tuple(dataset_files(path).values())
    return (path, header_beside(path)) if export_suffix(chosen) == ".csv" else (path,)


def open_export(path: Path, header: ExportHeader, asked: ExportFormat | None = None) -> Export:
    """Start an export.

    Args:
        path: The file, or `STANDARD_OUTPUT`.
        header: Facts that apply to all frames.
        asked: The format; None to go by the suffix.

    Raises:
        OutputError: The file cannot be written, or its suffix is not an export format.
        MissingExtra: Parquet needs the extra `parquet`.
    """
    if path == STANDARD_OUTPUT:
        place = "arpipe.io.export.text:StandardOutputExport"
    else:
        place = EXPORTS[export_format(path, asked)]
    module, name = place.split(":")
    made: Callable[[Path, ExportHeader], Export] = getattr(importlib.import_module(module), name)
    return made(path, header)


def _version() -> str:
    try:
        return version("arpipe")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
