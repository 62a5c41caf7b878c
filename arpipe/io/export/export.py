"""Results as data: JSON Lines, CSV and Parquet, written row by row; a file appears once it is complete.

A JSONL file holds one header line, then one line per frame. CSV and Parquet hold one row per face, body and hand,
distinguished by `kind`, and one row with empty columns for a frame without any; `table.COLUMNS` lists the columns.
The header is the metadata `arpipe` of a Parquet file; for a CSV file it is a text file beside it, `<name>.csv.json`.

x and y are px of the upright frame, translations are m in the camera frame (x right, y down, z forward). A body's
landmarks have their visibility as fourth value; `world` is m around the hips, or around the centre of the hand.
"""

import importlib
import json
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.writer import Writer
from arpipe.types import FrameResult

SCHEMA = 1

ExportFormat = Literal["jsonl", "csv", "parquet"]

EXPORTS: dict[ExportFormat, str] = {
    "jsonl": "arpipe.io.export.text:JsonLinesExport",
    "csv": "arpipe.io.export.text:CsvExport",
    "parquet": "arpipe.io.export.parquet:ParquetExport",
}
"""Format, which is also the suffix → class."""


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

    @abstractmethod
    def write(self, result: FrameResult) -> None:
        """Add a frame.

        Raises:
            OutputError: The frame cannot be written.
            ValueError: A value is NaN, which JSON cannot represent.
        """


def export_format(path: Path, asked: ExportFormat | None = None) -> ExportFormat:
    """Return the format asked for, or the one of the suffix.

    Raises:
        OutputError: The suffix is not an export format.
    """
    suffix = path.suffix.lower().removeprefix(".")
    chosen: str = asked or suffix
    for name in EXPORTS:
        if name == chosen:
            return name
    raise OutputError(f"{path}: '.{suffix}' is no export format; choose one of .{', .'.join(EXPORTS)}")


def header_beside(path: Path) -> Path:
    """Return the path of the text file beside a CSV table that holds its header."""
    return path.with_name(path.name + ".json")


def export_files(path: Path, chosen: ExportFormat) -> tuple[Path, ...]:
    """List every file that an export writes."""
    return (path, header_beside(path)) if chosen == "csv" else (path,)


def open_export(path: Path, header: ExportHeader, asked: ExportFormat | None = None) -> Export:
    """Start an export.

    Args:
        path: The file.
        header: Facts that apply to all frames.
        asked: The format; None to go by the suffix.

    Raises:
        OutputError: The file cannot be written, or its suffix is not an export format.
        MissingExtra: Parquet needs the extra `parquet`.
    """
    module, name = EXPORTS[export_format(path, asked)].split(":")
    made: Callable[[Path, ExportHeader], Export] = getattr(importlib.import_module(module), name)
    return made(path, header)


def to_json(value: object) -> str:
    """Return compact JSON; raises ValueError for NaN, which JSON cannot represent."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _version() -> str:
    try:
        return version("arpipe")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
