"""Opens the file to write for any place: of this machine, or in an object store."""

import tempfile
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.atomic import AtomicFile, reason, temporary_file
from arpipe.io.object_store import address_of, upload


class StoredFile(AtomicFile):
    """A file in an object store: written to a temporary one of this machine, and uploaded once it is complete.

    Args:
        address: The place.

    Raises:
        OutputError: There is no room for temporary files.
    """

    def __init__(self, address: str) -> None:
        self.path, self._address = Path(address), address
        self.temporary = temporary_file(self.path.name)

    def commit(self) -> None:
        """Upload the file.

        Raises:
            OutputError: It cannot be uploaded; nothing is left of it.
        """
        try:
            upload(self.temporary, self._address)
        finally:
            self.discard()

    def failure(self, error: Exception) -> OutputError:
        """Return the error to raise when writing failed."""
        return OutputError(f"{self._address}: writing failed ({reason(error)}); nothing is left of it")


def open_file(path: str | Path) -> AtomicFile:
    """Open the file to write for a place; raises OutputError."""
    address = address_of(path)
    return AtomicFile(path) if address is None else StoredFile(address)


def temporary_folder(folder: str | Path) -> Path:
    """Return the folder that holds the temporary files of the files in a folder."""
    return Path(folder) if address_of(folder) is None else Path(tempfile.gettempdir())
