"""Exports as JSON lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.export.export import Export, ExportHeader
from arpipe.io.export.json_text import record_to_json
from arpipe.io.export.table import SOURCE
from arpipe.io.placing import open_file
from arpipe.io.writer import FileWriter
from arpipe.types.rounding import Record


class TextExport(FileWriter, Export):
    """A UTF-8 text file in progress."""

    def __init__(self, path: Path) -> None:
        super().__init__(open_file(path))
        with self._writing():
            self._text = self._resources.enter_context(
                self._file.temporary.open("w", encoding="utf-8", newline="")
            )


class JsonLinesExport(TextExport):
    """One JSON object per line, the header first."""

    def __init__(self, path: Path, header: ExportHeader) -> None:
        super().__init__(path)
        self._write_line(header.to_json())

    def write_record(self, record: Record) -> None:
        """Add a frame; see `Export`."""
        self._require_open()
        self._write_line(record_to_json(record))

    def _write_line(self, line: str) -> None:
        with self._writing():
            self._text.write(line + "\n")


class StandardOutputExport(Export):
    """One JSON object per frame on standard output, with the input's name as `source`; the header first.

    Args:
        path: Not used; every export takes it.
        header: Facts that apply to all frames.
    """

    def __init__(self, path: Path, header: ExportHeader) -> None:
        del path
        self._source = header.source
        self._say(header.to_json())

    def close(self) -> None:
        """Pass on what the system holds back."""
        with _told_if_full():
            sys.stdout.flush()

    def abort(self) -> None:
        """Do nothing: what was printed stays."""

    def write_record(self, record: Record) -> None:
        """Add a frame; see `Export`."""
        self._say(record_to_json({SOURCE: self._source, **record}))

    def _say(self, line: str) -> None:
        with _told_if_full():
            sys.stdout.write(line + "\n")


@contextmanager
def _told_if_full() -> Iterator[None]:
    """Raise OutputError if standard output cannot be written; a reader that has gone is another matter."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output cannot be written ({error.strerror or error})") from error
