"""What came of a piece of a video, as a file beside its pictures and data; it is written last."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from arpipe.apps.batch.jobs.identity import InputIdentity
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.errors import MediaError
from arpipe.io.files import require_file
from arpipe.io.guard import guarded
from arpipe.io.object_store import local_copy
from arpipe.io.placing import open_file

_ADVICE = "delete it, and process the video again"


@dataclass(frozen=True, slots=True)
class PieceSummary:
    """What came of a piece.

    Attributes:
        outcome: Of its frames without those of the overlap.
        identity: The input before it was read; None if it is no file.
    """

    outcome: Outcome
    identity: InputIdentity | None

    def write(self, path: Path) -> None:
        """Write the file in one step; raises OutputError."""
        file = open_file(path)
        try:
            file.temporary.write_text(json.dumps(asdict(self)), encoding="utf-8")
        except OSError as error:
            file.discard()
            raise file.failure(error) from error
        file.commit()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            MediaNotFound: It does not exist: the piece is not done.
            MediaError: It cannot be read.
        """
        with local_copy(path) as copy, guarded(MediaError, f"{path}: is not a summary of a piece", _ADVICE):
            require_file(copy)
            record = json.loads(copy.read_text(encoding="utf-8"))
            outcome, identity = record["outcome"], record["identity"]
            for name in ("notes", "losses"):
                outcome[name] = tuple(outcome[name])
            return cls(Outcome(**outcome), None if identity is None else InputIdentity(**identity))
