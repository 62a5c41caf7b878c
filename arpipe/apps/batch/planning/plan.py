"""Assigns outputs to inputs, and refuses what cannot work, before any input is decoded."""

import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.jobs.job import SAMPLE, Job, MediaKind
from arpipe.apps.batch.planning.inputs import Found, Input, Refusal, find_inputs
from arpipe.apps.batch.planning.shard import Shard
from arpipe.apps.batch.planning.targets import Targets
from arpipe.apps.batch.planning.work_list import WorkList, read_work_list
from arpipe.apps.run_files import config_files, control_files, source_files
from arpipe.errors import ArpipeError, ConfigError, MediaNotFound
from arpipe.io.encoding import CodecName
from arpipe.io.export import ExportFormat
from arpipe.io.object_store import local_copy
from arpipe.io.outputs import NamedFile, named_files, refuse_overwriting
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


def plan_batch(config: BatchConfig) -> Plan:
    """Decide what becomes of every input that the settings name; raises as `make_plan` and `read_work_list` do."""
    listed = WorkList() if config.manifest is None else read_work_list(config.manifest)
    inputs = (*config.inputs, *listed.inputs, *((SAMPLE,) if config.source else ()))
    read = (
        *config_files(config.pipeline, config.config_file),
        *control_files(config.controls, config.recognizer, config.controls_file),
        *named_files({"work list": config.manifest}),
    )
    with _collector_paused():
        return make_plan(
            inputs,
            config.output,
            config.export,
            config.export_format,
            config.video.codec,
            OtherFiles(read, tuple(other_outputs(config))),
            config.events,
            config.recursive,
            listed.names,
        )


def other_outputs(config: BatchConfig) -> list[NamedFile]:
    """Return the files that a batch writes besides those of its inputs."""
    return named_files({TIMINGS_ROLE: config.timings})


def require_folder(config: BatchConfig, plan: Plan) -> None:
    """Raise ConfigError if the settings need a folder of outputs, and there is none."""
    if plan.folder is None and (config.shard is not None or config.existing == "resume"):
        flag = "--resume" if config.shard is None else "--shard"
        raise ConfigError(f"{flag} needs a folder of outputs: give --output or --export a folder")


def share(config: BatchConfig, plan: Plan) -> Sequence[Job]:
    """Return the jobs of the shard that a run processes, or all."""
    if config.shard is None or plan.folder is None:
        return plan.jobs
    return Shard.parse(config.shard).share(plan.jobs, plan.folder)


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
    existing = refuse_overwriting([*files_of(jobs), *others.written], read)
    return Plan(
        tuple(jobs),
        tuple(found.refusals),
        tuple(targets.folders),
        tuple(found.notes),
        frozenset(os.fspath(file.path) for file in existing),
    )


def files_of(jobs: Iterable[Job]) -> Iterator[NamedFile]:
    """Return every file that some jobs write."""
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


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave cyclic garbage alone in the block: it takes a quarter of the time to plan 50,000 inputs, and finds none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
