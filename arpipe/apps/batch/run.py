"""The batch command: plan, run every input, report."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator
from rich.console import Console

from arpipe.apps.batch.job import BatchPipeline, Outcome, run_job
from arpipe.apps.batch.plan import SAMPLE, TIMINGS_ROLE, Job, OtherFiles, Plan, make_plan
from arpipe.apps.batch.report import Report
from arpipe.apps.failures import describe
from arpipe.apps.run_files import config_files, say_removed
from arpipe.apps.signals import interrupt_on_sigterm
from arpipe.apps.table import timing_record, timing_table, write_timings
from arpipe.errors import ArpipeError, RenderError, WeightsError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import ExportFormat
from arpipe.io.outputs import named_files
from arpipe.io.sinks import names_sink
from arpipe.pipeline.pipeline import Pipeline, PipelineConfig
from arpipe.timing import TimingLog

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # as shells say for Ctrl-C

Mode = Literal["image", "video"]


class BatchConfig(BaseModel):
    """Settings of a batch.

    Attributes:
        inputs: Files, folders and patterns.
        source: "sample" to use the bundled sample as one more input.
        output: File for one input, folder for several, or an output named `name:target`; None to write no pictures.
        export: File for one input, folder for several; None to export no data.
        export_format: Format of the data; None to choose by the suffix, JSONL in folders.
        timings: JSON file for every stage's times, or None.
        config_file: File that these settings were read from, which no output may overwrite; None if there is none.
        video: How videos are compressed; its quality holds for pictures too.
        pipeline: What is detected and drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...] = ()
    source: Literal["sample"] | None = None
    output: Path | str | None = None
    export: Path | None = None
    export_format: ExportFormat | None = None
    timings: Path | None = None
    config_file: Path | None = None
    video: VideoSinkConfig = VideoSinkConfig()
    pipeline: PipelineConfig = PipelineConfig()

    @field_validator("output")
    @classmethod
    def _path_unless_named(cls, output: Path | str | None) -> Path | str | None:
        return Path(output) if isinstance(output, str) and not names_sink(output) else output


OpenPipeline = Callable[[PipelineConfig, Mode], BatchPipeline]


def open_pipeline(config: PipelineConfig, mode: Mode) -> Pipeline:
    """Build the pipeline of a configuration, for photos ("image") or moving pictures ("video")."""
    return Pipeline(config.model_copy(update={"perception": config.perception.in_mode(mode)}))


def with_exported(config: PipelineConfig) -> PipelineConfig:
    """Return the settings for an export: faces unless the configuration names subjects, and the best poses."""
    perception = config.perception
    head_pose = perception.head_pose
    if head_pose.views == "auto":
        head_pose = head_pose.model_copy(update={"views": "export"})
    update = {"track": perception.track or ("face",), "head_pose": head_pose}
    return config.model_copy(update={"perception": perception.model_copy(update=update)})


def run(
    config: BatchConfig, make_pipeline: OpenPipeline = open_pipeline, console: Console | None = None
) -> int:
    """Run a batch; photos first, then videos, each in the order given.

    An input that fails is reported, and the batch continues.

    Args:
        config: Settings.
        make_pipeline: Builds the pipeline of a mode; there is one at a time.
        console: Where to print.

    Returns:
        Exit code: 0, `EXIT_FAILED` if an input failed or its output lacks content, or `EXIT_INTERRUPTED`; finished
        outputs are kept.

    Raises:
        ConfigError: Nothing to do, or the configuration is wrong.
        OutputError: An output cannot be written or is an input; nothing has been read then.
        RenderError, WeightsError: Nothing can be drawn or detected on this machine.
    """
    console = console or Console()
    inputs = (*config.inputs, *((SAMPLE,) if config.source else ()))
    start_s = time.perf_counter()
    others = OtherFiles(
        tuple(config_files(config.pipeline, config.config_file)),
        tuple(named_files({TIMINGS_ROLE: config.timings})),
    )
    plan = make_plan(inputs, config.output, config.export, config.export_format, config.video.codec, others)
    say_removed(plan.removed, console)
    log = TimingLog()
    with interrupt_on_sigterm(), Report(console, len(plan.jobs) + len(plan.refusals)) as report:
        try:
            _run_plan(plan, config, make_pipeline, log, report)
            code = EXIT_FAILED if report.failed or report.incomplete else 0
        except KeyboardInterrupt:
            code = EXIT_INTERRUPTED
    wall_s = time.perf_counter() - start_s
    console.print(report.summary())
    if log.frames:
        console.print(timing_table(log))
        rate = f"{log.frames} frames in {wall_s:.1f} s: {log.frames / wall_s:.1f} FPS; stages overlap"
        console.print(rate, highlight=False)
    if config.timings is not None:
        write_timings(config.timings, timing_record(log, wall_s))
    if code == EXIT_INTERRUPTED:
        console.print("interrupted; what was finished stays", highlight=False)
    return code


def _run_plan(
    plan: Plan, config: BatchConfig, make_pipeline: OpenPipeline, log: TimingLog, report: Report
) -> None:
    for refusal in plan.refusals:
        report.failure(refusal.spec, refusal.reason)
    wanted = config.pipeline if config.export is None else with_exported(config.pipeline)
    modes: tuple[Mode, ...] = ("image", "video")
    for mode in modes:
        jobs = [job for job in plan.jobs if (job.kind == "images") == (mode == "image")]
        if jobs:
            with closing(make_pipeline(wanted, mode)) as pipeline:
                for job in jobs:
                    _run_one(job, pipeline, config, log, report)


def _run_one(job: Job, pipeline: BatchPipeline, config: BatchConfig, log: TimingLog, report: Report) -> None:
    try:
        outcome = run_job(job, pipeline, config.video, log, report.start, report.advance)
    except (RenderError, WeightsError):  # every further input would fail, too
        raise
    except ArpipeError as error:
        report.failure(job.spec, str(error))
    except Exception as error:  # noqa: BLE001 - an unexpected error in one input must not stop the others
        report.failure(job.spec, describe(error))
    else:
        report.done(job, _with_effects_checked(outcome, config))


def _with_effects_checked(outcome: Outcome, config: BatchConfig) -> Outcome:
    """Report if effects were requested and no picture shows any."""
    if outcome.is_drawn or not config.pipeline.effects:
        return outcome
    if outcome.frames_found:
        return replace(outcome, losses=(*outcome.losses, "the effects drew nothing on any frame"))
    return replace(outcome, notes=(*outcome.notes, "nobody was found to draw effects on"))
