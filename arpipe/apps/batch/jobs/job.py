"""What a batch does with one input: which files become of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arpipe.apps.batch.jobs.piece import Piece
from arpipe.io.export import ExportFormat, export_files
from arpipe.io.object_store import address_of
from arpipe.io.outputs import NamedFile, named_files
from arpipe.io.placing import temporary_folder
from arpipe.io.sources import FileKind
from arpipe.types import Frame

MediaKind = FileKind | Literal["sample"]
Mode = Literal["image", "video"]

SAMPLE = "sample"
OUTPUT_ROLE, EXPORT_ROLE, EVENTS_ROLE = "--output", "--export", "--events"
PIECE_ROLE = "piece"
DEFAULT_EXPORT: ExportFormat = "jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """One input, or a piece of one, and its outputs.

    Attributes:
        spec: What `open_source` opens.
        kind: What it holds.
        output: Picture or video to write, an output named `name:target`, or None.
        export: Data to write, or None.
        export_format: Its format.
        events: Timeline of events to write, or None.
        piece: The piece of the input that is processed; None for all of it.
        pieces: Jobs of pieces that are done, which this one joins; empty for one that processes the input.
    """

    spec: str
    kind: MediaKind
    output: Path | str | None
    export: Path | None
    export_format: ExportFormat
    events: Path | None = None
    piece: Piece | None = None
    pieces: "tuple[Job, ...]" = ()

    @property
    def name(self) -> str:
        """The input, and the piece of it, for messages."""
        return self.spec if self.piece is None else f"{self.spec}, {self.piece}"

    @property
    def mode(self) -> Mode:
        """The mode of the pipeline that it needs."""
        return "image" if self.kind == "images" else "video"

    @property
    def is_whole(self) -> bool:
        """Whether it processes an input from its beginning to its end, rather than a piece or the join of all."""
        return self.piece is None and not self.pieces

    def includes(self, frame: Frame) -> bool:
        """Whether the pictures of the job have a frame; those before a piece only warm it up."""
        return self.piece is None or self.piece.includes(frame.captured_s)

    def files(self) -> list[NamedFile]:
        """Return every file that the job writes."""
        drawn = [NamedFile(OUTPUT_ROLE, self.output)] if isinstance(self.output, Path) else []
        data = [] if self.export is None else named_exports(self.export, self.export_format)
        others = {EVENTS_ROLE: self.events, PIECE_ROLE: None if self.piece is None else self.piece.summary}
        return drawn + data + named_files(others)

    def temporary_folders(self) -> set[Path]:
        """Return the folders that hold temporary files of the job."""
        places = [file.path for file in self.files()]
        if address_of(self.spec) is not None:
            places.append(Path(self.spec))
        return {temporary_folder(place.parent) for place in places}


def named_exports(path: Path, chosen: ExportFormat) -> list[NamedFile]:
    """Return the files that an export of a format consists of."""
    return [NamedFile(EXPORT_ROLE, file) for file in export_files(path, chosen)]
