"""Where the results of all inputs go: files, or folders with a file per input."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from arpipe.apps.batch.jobs.job import DEFAULT_EXPORT, EVENTS_ROLE, OUTPUT_ROLE, Job, MediaKind, named_exports
from arpipe.apps.batch.planning.inputs import Input
from arpipe.apps.batch.planning.naming import output_names
from arpipe.errors import OutputError
from arpipe.io.encoding import CodecName
from arpipe.io.export import STANDARD_OUTPUT, ExportFormat, export_format, export_suffix
from arpipe.io.files import is_folder
from arpipe.io.image.writer import WRITABLE, image_format
from arpipe.io.outputs import NamedFile
from arpipe.io.video.codecs import CODECS, container_for

LOSSLESS_SUFFIX = ".png"  # for pictures of kinds that arpipe reads and does not write


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the results of all inputs go.

    Attributes:
        output: File or folder for pictures and videos, an output as `name:target`, or None.
        export: File or folder for data, or None.
        asked_format: Format of the data; None to choose by the suffix.
        codec: Codec of the videos.
        events: File or folder for timelines of events, or None.
        several: Whether there are several inputs, so that files must be folders.
    """

    output: Path | str | None
    export: Path | None
    asked_format: ExportFormat | None
    codec: CodecName
    events: Path | None
    several: bool

    @property
    def folders(self) -> list[Path]:
        """The folders that receive a file per input."""
        targets = (self.output, self.export, self.events)
        return [target for target in targets if isinstance(target, Path) and self._is_folder(target)]

    def fixed_files(self) -> list[NamedFile]:
        """Return the files whose names do not depend on what the inputs hold."""
        files = []
        if isinstance(self.output, Path) and not self._is_folder(self.output):
            files.append(NamedFile(OUTPUT_ROLE, self.output))
        if self.export and not self._is_folder(self.export):
            files += named_exports(self.export, _file_format(self.export, self.asked_format))
        if self.events and not self._is_folder(self.events):
            files.append(NamedFile(EVENTS_ROLE, self.events))
        return files

    def jobs(self, kinds: Mapping[Input, MediaKind]) -> list[Job]:
        """Return one job per input; no two share a file."""
        exports, chosen = self._exports(list(kinds))
        return [
            Job(given.spec, kind, output, export, chosen, events)
            for (given, kind), output, export, events in zip(
                kinds.items(), self._outputs(kinds), exports, self._timelines(list(kinds)), strict=True
            )
        ]

    def _outputs(self, kinds: Mapping[Input, MediaKind]) -> Sequence[Path | str | None]:
        if not isinstance(self.output, Path):
            return [self.output] * len(kinds)
        if self._is_folder(self.output):
            folder = self.output
            names = output_names(list(kinds), lambda given: self._suffix(given, kinds[given]))
            return [folder / name for name in names]
        for kind in kinds.values():
            if kind == "images":
                image_format(self.output)
            else:
                container_for(self.output, self.codec)
        return [self.output] * len(kinds)

    def _exports(self, inputs: Sequence[Input]) -> tuple[Sequence[Path | None], ExportFormat]:
        if self.export is None:
            return [None] * len(inputs), DEFAULT_EXPORT
        if self._is_folder(self.export):
            chosen, folder = self.asked_format or DEFAULT_EXPORT, self.export
            if chosen == "dataset":
                inputs = [replace(given, name=_table_name(given.name)) for given in inputs]
            suffix = export_suffix(chosen)
            return [folder / name for name in output_names(inputs, lambda _: suffix)], chosen
        return [self.export] * len(inputs), _file_format(self.export, self.asked_format)

    def _timelines(self, inputs: Sequence[Input]) -> Sequence[Path | None]:
        if self.events is None or not self._is_folder(self.events):
            return [self.events] * len(inputs)
        folder = self.events
        return [folder / name for name in output_names(inputs, lambda _: ".events.jsonl")]

    def _suffix(self, given: Input, kind: MediaKind) -> str:
        """Return the input's own suffix where arpipe writes that kind of file, else the usual one."""
        own = os.path.splitext(given.name)[1].lower()
        if kind == "images":
            return own if own in WRITABLE else LOSSLESS_SUFFIX
        suffixes = CODECS[self.codec].suffixes
        return own if own in suffixes else suffixes[0]

    def _is_folder(self, target: Path) -> bool:
        if target == STANDARD_OUTPUT:
            return False
        if self.several and target.suffix and not is_folder(str(target)):
            raise OutputError(
                f"{target}: there are several inputs, so this must be a folder; remove '{target.suffix}', "
                "or create the folder first"
            )
        return self.several or is_folder(str(target)) or not target.suffix


def _table_name(name: str) -> str:
    """Return the name of an input in a dataset.

    The folders of a dataset are tables, so those of the inputs become part of the names. Query engines leave out files
    whose names are not UTF-8.
    """
    return name.replace(os.sep, "-").encode("utf-8", "backslashreplace").decode("utf-8")


def _file_format(path: Path, asked: ExportFormat | None) -> ExportFormat:
    """Return the format of an export that is a file."""
    if asked == "dataset":
        raise OutputError(f"{path}: a dataset is a folder; remove '{path.suffix}'")
    return export_format(path, asked)
