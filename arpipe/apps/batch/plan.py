"""Assigns outputs to inputs, and refuses what cannot work, before any input is decoded."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arpipe.apps.run_files import source_files
from arpipe.errors import ArpipeError, ConfigError, OutputError
from arpipe.io.encoding import CodecName
from arpipe.io.export import ExportFormat, export_files, export_format
from arpipe.io.files import files_matching, is_folder, is_pattern
from arpipe.io.image.writer import WRITABLE, image_format
from arpipe.io.outputs import NamedFile, prepare_outputs, refuse_overwriting
from arpipe.io.sources import FileKind, media_kind
from arpipe.io.video.codecs import CODECS, container_for

MediaKind = FileKind | Literal["sample"]

SAMPLE = "sample"
OUTPUT_ROLE, EXPORT_ROLE, EVENTS_ROLE, TIMINGS_ROLE = "--output", "--export", "--events", "--timings"
LOSSLESS_SUFFIX = ".png"  # for pictures of kinds that arpipe reads and does not write
DEFAULT_EXPORT: ExportFormat = "jsonl"

# What a folder is searched for; a file given by name or by a pattern may have any suffix.
MEDIA_SUFFIXES = {
    *WRITABLE,
    *(".gif", ".heic", ".heif", ".jp2", ".ppm", ".pgm"),
    *(
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
        ".wmv",
        ".flv",
    ),
    *(".3gp", ".mjpeg", ".mjpg", ".ogv", ".mxf"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One input and its outputs.

    Attributes:
        spec: What `open_source` opens.
        kind: What it holds.
        output: Picture or video to write, an output named `name:target`, or None.
        export: Data to write, or None.
        export_format: Its format.
        events: Timeline of events to write, or None.
    """

    spec: str
    kind: MediaKind
    output: Path | str | None
    export: Path | None
    export_format: ExportFormat
    events: Path | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that cannot be used, with the reason."""

    spec: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Jobs, and the inputs that cannot be used.

    Attributes:
        jobs: In the order of the inputs.
        refusals: Inputs that are left out, with the reason.
        removed: Temporary files of killed runs that were removed from the folders of the outputs.
    """

    jobs: tuple[Job, ...]
    refusals: tuple[Refusal, ...]
    removed: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """Files that a command reads and writes besides its media; no two may be the same.

    Attributes:
        read: Configuration, camera file, effects.
        written: Timings and similar files.
    """

    read: tuple[NamedFile, ...] = ()
    written: tuple[NamedFile, ...] = ()


def make_plan(
    inputs: Iterable[str],
    output: Path | str | None,
    export: Path | None,
    asked_format: ExportFormat | None,
    codec: CodecName,
    others: OtherFiles = OtherFiles(),
    events: Path | None = None,
) -> Plan:
    """Decide which input becomes which file.

    A folder stands for the media in it, a pattern for the files that it matches. With several inputs `output` and
    `export` are folders; with one input they are files, unless they are existing folders or have no suffix. A missing
    folder is created, its parent is not. The time taken is proportional to the number of inputs.

    Args:
        inputs: Files, folders, patterns, or "sample".
        output: File or folder for pictures and videos, or an output as `name:target`; None to write none.
        export: File or folder for data; None to write none.
        asked_format: Format of the data; None to choose by the suffix.
        codec: Codec of the videos.
        others: Other files that the command reads and writes.
        events: File or folder for timelines of events; None to write none.

    Raises:
        OutputError: Two files are the same one, an output does not fit, or it cannot be written.
        ConfigError: There is nothing to read or nothing to write.
    """
    specs, refusals = _expand(inputs)
    if not specs and not refusals:
        raise ConfigError("there is no input; name files, folders, patterns, or use --source sample")
    if output is None and export is None and events is None:
        raise ConfigError("there is nothing to write; give --output, or --export with --no-video")
    targets = _Targets(output, export, asked_format, codec, events, several=len(specs) + len(refusals) > 1)
    read = [*source_files(spec for spec in specs if spec != SAMPLE), *others.read]
    refuse_overwriting([*targets.fixed_files(), *others.written], read)  # before any input is opened
    kinds, unreadable = _kinds(specs)
    jobs = targets.jobs(kinds)
    written = _written_files(jobs)
    refuse_overwriting([*written, *others.written], read)
    for folder in sorted({file.path.parent for file in written}):
        _make_folder(folder)
    removed = prepare_outputs([*written, *others.written], read)
    return Plan(jobs, (*refusals, *unreadable), tuple(removed))


@dataclass(frozen=True, slots=True)
class _Targets:
    """Where the results of all inputs go: files, or folders with a file per input.

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

    def fixed_files(self) -> list[NamedFile]:
        """Return the files whose names do not depend on what the inputs hold."""
        files = []
        if isinstance(self.output, Path) and not self._is_folder(self.output):
            files.append(NamedFile(OUTPUT_ROLE, self.output))
        if self.export and not self._is_folder(self.export):
            files += _export_files(self.export, export_format(self.export, self.asked_format))
        if self.events and not self._is_folder(self.events):
            files.append(NamedFile(EVENTS_ROLE, self.events))
        return files

    def jobs(self, kinds: dict[str, MediaKind]) -> tuple[Job, ...]:
        """Return one job per input; no two share a file."""
        exports, chosen = self._exports(kinds)
        return tuple(
            Job(spec, kind, output, export, chosen, events)
            for (spec, kind), output, export, events in zip(
                kinds.items(), self._outputs(kinds), exports, self._timelines(kinds), strict=True
            )
        )

    def _outputs(self, kinds: dict[str, MediaKind]) -> Sequence[Path | str | None]:
        if not isinstance(self.output, Path):
            return [self.output] * len(kinds)
        if self._is_folder(self.output):
            names = FreeNames()
            return [
                names.take(self.output / _output_name(spec, kind, self.codec)) for spec, kind in kinds.items()
            ]
        for kind in kinds.values():
            if kind == "images":
                image_format(self.output)
            else:
                container_for(self.output, self.codec)
        return [self.output] * len(kinds)

    def _exports(self, kinds: dict[str, MediaKind]) -> tuple[list[Path | None], ExportFormat]:
        if self.export is None:
            return [None] * len(kinds), DEFAULT_EXPORT
        if self._is_folder(self.export):
            chosen = self.asked_format or DEFAULT_EXPORT
            names = FreeNames()
            return [names.take(self.export / f"{Path(spec).stem}.{chosen}") for spec in kinds], chosen
        return [self.export] * len(kinds), export_format(self.export, self.asked_format)

    def _timelines(self, kinds: dict[str, MediaKind]) -> list[Path | None]:
        if self.events is None or not self._is_folder(self.events):
            return [self.events] * len(kinds)
        names = FreeNames()
        return [names.take(self.events / f"{Path(spec).stem}.events.jsonl") for spec in kinds]

    def _is_folder(self, target: Path) -> bool:
        if self.several and target.suffix and not is_folder(str(target)):
            raise OutputError(
                f"{target}: there are several inputs, so this must be a folder; remove '{target.suffix}'"
            )
        return self.several or is_folder(str(target)) or not target.suffix


def _written_files(jobs: Sequence[Job]) -> list[NamedFile]:
    """Return all outputs, then all exports."""
    outputs = [NamedFile(OUTPUT_ROLE, job.output) for job in jobs if isinstance(job.output, Path)]
    exports = [
        file
        for job in jobs
        if job.export is not None
        for file in _export_files(job.export, job.export_format)
    ]
    events = [NamedFile(EVENTS_ROLE, job.events) for job in jobs if job.events is not None]
    return [*outputs, *exports, *events]


def _expand(inputs: Iterable[str]) -> tuple[list[str], list[Refusal]]:
    """Return every input once, in the order given."""
    specs: dict[str, None] = {}
    refusals = []
    for text in inputs:
        try:
            found = list(_files_of(text))
        except OSError as error:
            refusals.append(Refusal(text, f"cannot be read ({error.strerror or error})"))
            continue
        if not found:
            refusals.append(Refusal(text, "there are no pictures or videos"))
        specs.update(dict.fromkeys(found))
    return list(specs), refusals


def _files_of(text: str) -> Iterator[str]:
    path = Path(text)
    if is_folder(text):
        yield from (str(file) for file in sorted(path.iterdir()) if file.suffix.lower() in MEDIA_SUFFIXES)
    elif is_pattern(text):
        yield from (str(file) for file in sorted(files_matching(text)) if file.is_file())
    else:
        yield text


def _kinds(specs: list[str]) -> tuple[dict[str, MediaKind], list[Refusal]]:
    kinds: dict[str, MediaKind] = {}
    refusals = []
    for spec in specs:
        try:
            kinds[spec] = "sample" if spec == SAMPLE else media_kind(Path(spec))
        except ArpipeError as error:
            refusals.append(Refusal(spec, str(error).removeprefix(f"{spec}: ")))
    return kinds, refusals


def _output_name(spec: str, kind: MediaKind, codec: CodecName) -> str:
    path = Path(spec)
    suffixes = WRITABLE if kind == "images" else CODECS[codec].suffixes
    usual = LOSSLESS_SUFFIX if kind == "images" else CODECS[codec].suffixes[0]
    return path.name if path.suffix.lower() in suffixes else f"{path.stem}{usual}"


def _export_files(path: Path, chosen: ExportFormat) -> list[NamedFile]:
    return [NamedFile(EXPORT_ROLE, file) for file in export_files(path, chosen)]


class FreeNames:
    """Paths that no other input has taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, path: Path) -> Path:
        """Return the path, or one with `-2`, `-3` … after its stem where its name is taken, in whatever letter case."""
        free, key = path, str(path).casefold()
        while str(free).casefold() in self._taken:
            number = self._next[key] = self._next.get(key, 1) + 1
            free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        self._taken.add(str(free).casefold())
        return free


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        missing = f"; there is no folder {folder.parent}" if not is_folder(str(folder.parent)) else ""
        raise OutputError(f"{folder}: cannot be created ({error.strerror}){missing}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: is not writable; choose another place, or check its permissions")
