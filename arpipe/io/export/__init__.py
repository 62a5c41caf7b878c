"""Tracking results as JSON lines, CSV or Parquet."""

from arpipe.io.export.export import (
    COLUMNS,
    Export,
    ExportFormat,
    ExportHeader,
    export_files,
    export_format,
    open_export,
    rows,
)

__all__ = [
    "COLUMNS",
    "Export",
    "ExportFormat",
    "ExportHeader",
    "export_files",
    "export_format",
    "open_export",
    "rows",
]
