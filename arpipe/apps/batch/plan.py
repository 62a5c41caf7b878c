"""Assigns outputs to inputs, and refuses what cannot work, before any input is decoded."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arpipe.apps.batch.inputs import SAMPLE, Found, Input, MediaKind, Refusal, find_inputs
from arpipe.apps.batch.targets import Job, Targets
from arpipe.apps.run_files import source_files
from arpipe.errors import ArpipeError, ConfigError, MediaNotFound, OutputError
from arpipe.io.encoding import CodecName
from arpipe.io.export import ExportFormat
from arpipe.io.files import is_folder
from arpipe.io.object_store import address_of, local_copy
from arpipe.io.outputs import NamedFile, one_per_folder, refuse_overwriting, require_outputs_writable
from arpipe.io.sources import media_kind

TIMINGS_ROLE = "--timings"
MOST_MISSING = 20  # inputs that a message names


@dataclass(frozen=True, slots=True)
class Plan:
    """Jobs, and the inputs that cannot be used.

    Attributes:
        jobs: In the order of the inputs.
        refusals: Inputs that are left out, with the reason.
        folders: Folders that receive a file per input, that of the pictures before that of the data; empty if outputs
            are single files.
        notes: Sentences on what was left out.
        existing: Paths of outputs that exist already; those in object stores are left out.
    """

    jobs: tuple[Job, ...]
    refusals: tuple[Refusal, ...]
    folders: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    existing: frozenset[str] = frozenset()

    @property
    def folder(self) -> Path | None:
        """The first of the folders, which holds the manifest."""
        return next(iter(self.folders), None)


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
    recursive: bool = False,
    names: Mapping[str, str] = {},
) -> Plan:
    """Decide which input becomes which file; nothing is written.

    A folder stands for the media in it, a pattern for the files that it matches. With several inputs `output` and
    `export` are folders; with one input they are files, unless they are existing folders or have no suffix. The time
    taken is proportional to the number of inputs.

    Args:
        inputs: Files, folders, patterns, or "sample".
        output: File or folder for pictures and videos, or an output as `name:target`; None to write none.
        export: File or folder for data; None to write none.
        asked_format: Format of the data; None to choose by the suffix.
        codec: Codec of the videos.
        others: Other files that the command reads and writes.
        events: File or folder for timelines of events; None to write none.
        recursive: Whether folders inside folders are searched, and mirrored in the folders of the outputs.
        names: Input → what its outputs are called; see `find_inputs`.

    Raises:
        OutputError: Two files are the same one, or an output does not fit.
        ConfigError: There is nothing to read or nothing to write.
        MediaNotFound: No input exists.
    """
    asked = [target for target in (output, export, events) if target is not None]
    found = find_inputs(inputs, recursive, [target for target in asked if isinstance(target, Path)], names)
    _require_work(found, asked)
    several = len(found.inputs) + len(found.refusals) > 1
    targets = Targets(output, export, asked_format, codec, events, several)
    read = [*source_files(each.spec for each in found.inputs if each.spec != SAMPLE), *others.read]
    fixed = targets.fixed_files()
    if fixed:
        refuse_overwriting([*fixed, *others.written], read)  # before any input is opened
    jobs = targets.jobs(_kinds(found))
    _require_media(jobs, found)
    existing = refuse_overwriting([*_files_of(jobs), *others.written], read)
    return Plan(
        tuple(jobs),
        tuple(found.refusals),
        tuple(targets.folders),
        tuple(found.notes),
        frozenset(os.fspath(file.path) for file in existing),
    )


def prepare(plan: Plan, others: Sequence[NamedFile] = ()) -> list[Path]:
    """Create missing folders of outputs, but not their parents, and make sure that all outputs can be written.

    Args:
        plan: The jobs.
        others: Other files that the command writes.

    Returns:
        Temporary files of killed runs that were removed from the folders of the outputs.

    Raises:
        OutputError: An output cannot be written.
    """
    written = list(_files_of(plan.jobs))
    folders = one_per_folder(written)
    _make_folders(plan.folders, folders)
    existing = [file for file in (*written, *others) if os.fspath(file.path) in plan.existing]
    return require_outputs_writable({**one_per_folder(others), **folders}, existing)


def _files_of(jobs: Iterable[Job]) -> Iterator[NamedFile]:
    return (file for job in jobs for file in job.files())


def _require_work(found: Found, asked: Sequence[Path | str]) -> None:
    if not found.inputs and not found.refusals:
        raise ConfigError("there is no input; name files, folders, patterns, or use --source sample")
    if not asked:
        raise ConfigError("there is nothing to write; give --output, or --export with --no-video")


def _require_media(jobs: Sequence[Job], found: Found) -> None:
    """Raise MediaNotFound if there is nothing under any name that the user gave."""
    if jobs or not all(refusal.is_missing for refusal in found.refusals):
        return
    lines = [f"{refusal.spec}: {refusal.reason}" for refusal in found.refusals]
    more = [f"and {len(lines) - MOST_MISSING} more"] if len(lines) > MOST_MISSING else []
    raise MediaNotFound("\n".join([*lines[:MOST_MISSING], *more]))


def _kinds(found: Found) -> dict[Input, MediaKind]:
    """Return what each input holds; adds those that cannot be read to the refusals."""
    kinds: dict[Input, MediaKind] = {}
    for each in found.inputs:
        try:
            kinds[each] = each.kind or _kind_of(each.spec)
        except ArpipeError as error:
            reason = str(error).removeprefix(f"{each.spec}: ")
            found.refusals.append(Refusal(each.spec, reason, isinstance(error, MediaNotFound)))
    return kinds


def _kind_of(spec: str) -> MediaKind:
    with local_copy(spec) as path:
        return media_kind(path)


def _make_folders(tops: Sequence[Path], needed: Iterable[str]) -> None:
    """Create the folders of outputs, and those inside them that mirror the folders of the inputs."""
    for folder in (*tops, *map(Path, sorted(needed))):
        if address_of(folder) is not None:  # stores have names, and no folders
            continue
        is_inside = any(top in folder.parents for top in tops)
        _make_folder(folder, parents=is_inside)


def _make_folder(folder: Path, *, parents: bool) -> None:
    try:
        folder.mkdir(exist_ok=True, parents=parents)
    except OSError as error:
        missing = f"; there is no folder {folder.parent}" if not is_folder(str(folder.parent)) else ""
        raise OutputError(f"{folder}: cannot be created ({error.strerror}){missing}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: is not writable; choose another place, or check its permissions")
