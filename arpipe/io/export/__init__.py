"""Tracking results as JSON Lines, CSV or Parquet."""

from arpipe.io.export.export import (
    STANDARD_OUTPUT,
    Export,
    ExportFormat,
    ExportHeader,
    export_files,
    export_format,
    export_suffix,
    open_export,
)
from arpipe.io.export.table import COLUMNS, rows

__all__ = [
    "COLUMNS",
    "STANDARD_OUTPUT",
    "Export",
    "ExportFormat",
    "ExportHeader",
    "export_files",
    "export_format",
    "export_suffix",
    "open_export",
    "rows",
]
