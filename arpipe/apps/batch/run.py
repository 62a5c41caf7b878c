"""The batch command: plan, run every input, report."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console

from arpipe.apps.batch.config import BatchConfig, ReportStyle
from arpipe.apps.batch.history.manifest import Manifest
from arpipe.apps.batch.history.recorder import AttemptRecorder, settings_digest
from arpipe.apps.batch.history.selection import Selection, is_piece_done, select
from arpipe.apps.batch.history.stored_manifest import StoredManifest
from arpipe.apps.batch.jobs.events import Divided, Emit, Event, Finished
from arpipe.apps.batch.jobs.size import relative_durations
from arpipe.apps.batch.pieces.files import remove_finished_pieces
from arpipe.apps.batch.pieces.schedule import PieceSchedule
from arpipe.apps.batch.planning.output_folders import prepare
from arpipe.apps.batch.planning.plan import Plan, other_outputs, plan_batch, require_folder, share
from arpipe.apps.batch.planning.shard import Shard
from arpipe.apps.batch.processing.pipelines import OpenPipeline, open_pipeline
from arpipe.apps.batch.reports.console_report import ConsoleReport
from arpipe.apps.batch.reports.json_report import JsonReport
from arpipe.apps.batch.reports.report import BatchReport, QuietReport
from arpipe.apps.batch.workers.dispatch import run_jobs
from arpipe.apps.batch.workers.local_executor import require_main_process
from arpipe.apps.run_files import abandoned_note
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.table import timing_record, write_timings
from arpipe.io.export import STANDARD_OUTPUT
from arpipe.io.object_store import address_of
from arpipe.io.video.hardware import describe_hardware, find_hardware
from arpipe.timing import TimingLog

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # as shells say for Ctrl-C


def batch(
    config: BatchConfig, make_pipeline: OpenPipeline = open_pipeline, console: Console | None = None
) -> int:
    """Run a batch.

    Photos come first, then videos, each in the order given; several processes take the largest videos first. An input
    that fails is reported, and the batch continues. Several processes import the script that calls this function, which
    must therefore do so below `if __name__ == "__main__":`.

    Args:
        config: Settings.
        make_pipeline: Builds the pipeline of a mode; a process has one at a time. With several processes, it must be
            a function that can be imported by its name.
        console: Where to print; standard output by default, and standard error where the export goes there.

    Returns:
        Exit code: 0, `EXIT_FAILED` if an input failed or its output lacks content, or `EXIT_INTERRUPTED`; finished
        outputs are kept.

    Raises:
        ConfigError: Nothing to do, or the configuration is wrong.
        MediaNotFound: No input exists.
        OutputError: An output cannot be written or is an input; nothing has been read then.
        RenderError, WeightsError: Nothing can be drawn or detected on this machine.
    """
    console = console or Console(stderr=config.export == STANDARD_OUTPUT)
    start_s = time.perf_counter()
    if config.workers.jobs not in (None, 1):
        require_main_process()
    check_controls(config.controls)
    hardware = find_hardware(config.video.hwaccel)
    plan = plan_batch(config)
    require_folder(config, plan)
    removed = prepare(plan, other_outputs(config))
    log = TimingLog()
    with ExitStack() as stack:
        stack.enter_context(interrupt_on_termination())
        recorder = _open_recorder(config, plan.folder, stack)
        jobs = share(config, plan)
        selection = select(jobs, config.existing, recorder, plan.existing)
        report = stack.enter_context(_open_report(config.report, console, plan, selection))
        found = () if config.video.hwaccel == "none" else (describe_hardware(hardware),)
        try:
            _report_plan(report, plan, (*map(abandoned_note, removed), *plan.notes, *selection.notes, *found))
            observer = _Observer(report, log, recorder)
            if config.workers.segment_s is not None:
                remove_finished_pieces(set(jobs) - set(selection.jobs))
            schedule = _open_schedule(config, recorder, observer, stack)
            run_jobs(selection.jobs, config, make_pipeline, observer, schedule.follow)
            code = EXIT_FAILED if report.failed or report.incomplete else 0
        except KeyboardInterrupt:
            code = EXIT_INTERRUPTED
        wall_s = time.perf_counter() - start_s
        report.finish(log, wall_s, code == EXIT_INTERRUPTED)
    if config.timings is not None:
        write_timings(config.timings, timing_record(log, wall_s))
    return code


def _open_report(style: ReportStyle, console: Console, plan: Plan, selection: Selection) -> BatchReport:
    total = len(selection.jobs) + len(plan.refusals)
    if style == "json":
        return JsonReport(console, total, selection.skipped)
    if style == "quiet":
        return QuietReport()
    return ConsoleReport(console, total, selection.skipped, relative_durations(selection.jobs))


def _report_plan(report: BatchReport, plan: Plan, notes: Iterable[str]) -> None:
    for note in notes:
        report.note(note)
    for refusal in plan.refusals:
        report.failure(refusal.spec, refusal.reason)


class _Observer:
    """Passes on what happens.

    Args:
        report: Prints it.
        log: Collects the stage times.
        recorder: Writes the manifest; None where there is none.
    """

    def __init__(self, report: BatchReport, log: TimingLog, recorder: AttemptRecorder | None) -> None:
        self._report, self._log, self._recorder = report, log, recorder

    def __call__(self, event: Event, worker: int = 0) -> None:
        """Take an event of a worker."""
        self._report.observe(event, worker)
        if isinstance(event, Finished | Divided):
            self._log.extend(event.log)
        if self._recorder is not None:
            self._recorder.observe(event)


def _open_recorder(config: BatchConfig, folder: Path | None, stack: ExitStack) -> AttemptRecorder | None:
    """Open the manifest in the folder of the outputs; None if outputs are single files."""
    if folder is None:
        return None
    label = "" if config.shard is None else Shard.parse(config.shard).label
    address = address_of(folder)
    manifest = Manifest(folder, label) if address is None else StoredManifest(address, label)
    stack.callback(manifest.close)
    return AttemptRecorder(manifest, settings_digest(config))


def _open_schedule(
    config: BatchConfig, recorder: AttemptRecorder | None, emit: Emit, stack: ExitStack
) -> PieceSchedule:
    is_done = partial(is_piece_done, policy=config.existing, history=recorder)
    schedule = PieceSchedule(is_done, emit, are_kept=recorder is not None)
    stack.callback(schedule.close)
    return schedule
