"""Which input becomes which file: all of it settled, and refused where it must be, before anything is read."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arpipe.errors import ConfigError, MediaError, MediaNotFound, OutputError
from arpipe.io.export import ExportFormat, export_format
from arpipe.io.files import files_matching
from arpipe.io.image.writer import WRITABLE, image_format
from arpipe.io.sources import FileKind, media_kind
from arpipe.io.video.codecs import CODECS, CodecName, container_for

MediaKind = FileKind | Literal["sample"]

SAMPLE = "sample"
LOSSLESS_SUFFIX = ".png"  # for pictures of kinds that arpipe reads and does not write
DEFAULT_EXPORT: ExportFormat = "jsonl"

# What a folder is searched for; a file named by itself or by a pattern may be called anything.
MEDIA_SUFFIXES = {
    *WRITABLE,
    *(".gif", ".jp2", ".ppm", ".pgm"),
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
    *(".3gp", ".ogv", ".mxf"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One input and what is made of it.

    Attributes:
        spec: What `open_source` opens.
        kind: What it holds.
        output: Picture or video to write, or None.
        export: Data to write, or None.
        export_format: Its format.
    """

    spec: str
    kind: MediaKind
    output: Path | None
    export: Path | None
    export_format: ExportFormat


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that cannot be used, and why."""

    spec: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Jobs, and the inputs of which there will be none."""

    jobs: tuple[Job, ...]
    refusals: tuple[Refusal, ...]


def make_plan(
    inputs: Iterable[str],
    output: Path | None,
    export: Path | None,
    asked_format: ExportFormat | None,
    codec: CodecName,
) -> Plan:
    """Settle everything.

    Folders stand for the media in them, patterns for what they match. With several inputs `output` and `export` are
    folders; with one they are files, unless they are existing folders or their names have no suffix. A missing
    folder is made, its parent is not.

    Args:
        inputs: Files, folders, patterns, or "sample".
        output: File or folder of pictures and videos; None to write none.
        export: File or folder of data; None to write none.
        asked_format: Format of the data; None to go by the suffix.
        codec: For videos.

    Raises:
        OutputError: An output is an input, does not fit, or cannot be written.
        ConfigError: There is nothing to read or nothing to write.
    """
    specs, refusals = _expand(inputs)
    if not specs and not refusals:
        raise ConfigError("there is no input; name files, folders, patterns, or use --source sample")
    if output is None and export is None:
        raise ConfigError("there is nothing to write; give --output, or --export with --no-video")
    several = len(specs) + len(refusals) > 1
    for target in (output, export):
        if target is not None and not _is_folder(target, several):
            _refuse_inputs(target, specs)
    kinds, unreadable = _kinds(specs)
    outputs = _outputs(output, kinds, several, codec)
    exports, chosen = _exports(export, kinds, several, asked_format)
    for path in (*outputs, *exports):
        if path is not None:
            _refuse_inputs(path, specs)
    for folder in sorted({path.parent for path in (*outputs, *exports) if path is not None}):
        _make_folder(folder)
    jobs = tuple(
        Job(spec, kind, made, data, chosen)
        for (spec, kind), made, data in zip(kinds.items(), outputs, exports, strict=True)
    )
    return Plan(jobs, (*refusals, *unreadable))


def _expand(inputs: Iterable[str]) -> tuple[list[str], list[Refusal]]:
    """Every input once, in the order given."""
    specs: dict[str, None] = {}
    refusals = []
    for text in inputs:
        found = list(_files_of(text))
        if not found:
            refusals.append(Refusal(text, "there are no pictures or videos"))
        specs.update(dict.fromkeys(found))
    return list(specs), refusals


def _files_of(text: str) -> Iterator[str]:
    path = Path(text)
    if path.is_dir():
        yield from (str(file) for file in sorted(path.iterdir()) if file.suffix.lower() in MEDIA_SUFFIXES)
    elif glob.has_magic(text) and not path.exists():
        yield from (str(file) for file in sorted(files_matching(text)) if file.is_file())
    else:
        yield text


def _kinds(specs: list[str]) -> tuple[dict[str, MediaKind], list[Refusal]]:
    kinds: dict[str, MediaKind] = {}
    refusals = []
    for spec in specs:
        try:
            kinds[spec] = "sample" if spec == SAMPLE else media_kind(Path(spec))
        except MediaNotFound:
            refusals.append(Refusal(spec, "there is no such file"))
        except MediaError as error:
            refusals.append(Refusal(spec, str(error).removeprefix(f"{spec}: ")))
    return kinds, refusals


def _is_folder(target: Path, several: bool) -> bool:
    if several and target.suffix and not target.is_dir():
        raise OutputError(
            f"{target}: there are several inputs, so this must be a folder; take away '{target.suffix}'"
        )
    return several or target.is_dir() or not target.suffix


def _outputs(
    output: Path | None, kinds: dict[str, MediaKind], several: bool, codec: CodecName
) -> list[Path | None]:
    if output is None:
        return [None] * len(kinds)
    if _is_folder(output, several):
        taken: set[Path] = set()
        return [_free(output / _output_name(spec, kind, codec), taken) for spec, kind in kinds.items()]
    for kind in kinds.values():
        if kind == "images":
            image_format(output)
        else:
            container_for(output, codec)
    return [output] * len(kinds)


def _output_name(spec: str, kind: MediaKind, codec: CodecName) -> str:
    path = Path(spec)
    suffixes = WRITABLE if kind == "images" else CODECS[codec].suffixes
    usual = LOSSLESS_SUFFIX if kind == "images" else CODECS[codec].suffixes[0]
    return path.name if path.suffix.lower() in suffixes else f"{path.stem}{usual}"


def _exports(
    export: Path | None, kinds: dict[str, MediaKind], several: bool, asked: ExportFormat | None
) -> tuple[list[Path | None], ExportFormat]:
    if export is None:
        return [None] * len(kinds), DEFAULT_EXPORT
    if _is_folder(export, several):
        chosen = asked or DEFAULT_EXPORT
        taken: set[Path] = set()
        return [_free(export / f"{Path(spec).stem}.{chosen}", taken) for spec in kinds], chosen
    return [export] * len(kinds), export_format(export, asked)


def _free(path: Path, taken: set[Path]) -> Path:
    """The path, or with `-2`, `-3` … behind its name when another input has taken it."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    taken.add(free)
    return free


def _refuse_inputs(target: Path, specs: Iterable[str]) -> None:
    place = target.resolve()
    if any(spec != SAMPLE and Path(spec).resolve() == place for spec in specs):
        raise OutputError(f"{target}: is an input too and would be overwritten; choose another place")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        missing = f"; there is no folder {folder.parent}" if not folder.parent.is_dir() else ""
        raise OutputError(f"{folder}: cannot be made ({error.strerror}){missing}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: may not be written into; choose another place, or see its permissions")
