"""Events as JSON lines: one object for each beginning and each end of a condition."""

from pathlib import Path

from arpipe.controls.watch import ControlEvent
from arpipe.io.export.json_text import to_json
from arpipe.io.placing import open_file
from arpipe.io.writer import FileWriter


class EventsFile(FileWriter):
    """A timeline of events; the file appears once it is complete.

    Args:
        path: The file.

    Raises:
        OutputError: It cannot be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(open_file(path))
        with self._writing():
            self._text = self._resources.enter_context(self._file.temporary.open("w", encoding="utf-8"))

    def write(self, event: ControlEvent) -> None:
        """Append an event."""
        with self._writing():
            self._text.write(to_json(event.to_dict()) + "\n")
