"""Opens media files for reading with any supported version of PyAV."""

from pathlib import Path
from typing import Any

import av

# Titles in another encoding must not make a file unreadable. PyAV before 19 raises UnicodeDecodeError without this
# argument; 19 never does, and rejects it.
_TOLERANT: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}


def open_input(path: Path) -> av.container.InputContainer:
    """Open a media file; the caller closes it.

    Raises:
        av.error.FFmpegError: It is not a media file, or damaged.
        OSError: It cannot be read.
    """
    container: av.container.InputContainer = av.open(str(path), "r", **_TOLERANT)
    return container
