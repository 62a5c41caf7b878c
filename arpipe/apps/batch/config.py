"""Settings of a batch, and the pipelines that it makes of them."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from arpipe.config import JobsConfig
from arpipe.controls.config import ControlConfig
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import STANDARD_OUTPUT, ExportFormat
from arpipe.io.sinks import names_sink
from arpipe.pipeline.pipeline_config import PipelineConfig

Policy = Literal["refuse", "overwrite", "skip", "resume"]
ReportStyle = Literal["console", "quiet", "json"]


class BatchConfig(BaseModel):
    """Settings of a batch.

    Attributes:
        inputs: Files, folders and patterns.
        manifest: Work list with further inputs; see `arpipe.apps.batch.planning.work_list`.
        source: "sample" to use the bundled sample as one more input.
        recursive: Search folders inside folders, too, and mirror them in the folders of the outputs.
        shard: Share of the inputs to process, such as "3/16"; all shards write into the same folder.
        existing: What happens to outputs that exist: "refuse" raises OutputError, "overwrite" replaces them, "skip"
            skips inputs whose outputs all exist, and "resume" skips inputs that an earlier run did with these settings.
        output: File for one input, folder for several, or an output named `name:target`; None to write no pictures.
        export: File for one input, folder for several; None to export no data.
        export_format: Format of the data; None to choose by the suffix, JSONL in folders.
        report: "console" prints progress and a summary, "quiet" failures alone, "json" an object per event.
        timings: JSON file for every stage's times, or None.
        config_file: File that these settings were read from, which no output may overwrite; None if there is none.
        video: How videos are compressed; its quality holds for pictures too.
        pipeline: What is detected and drawn.
        controls: Conditions whose events are written, and that change effects.
        controls_file: File that the controls were read from, which no output may overwrite; None if there is none.
        recognizer: Recogniser for conditions on `class`, or None.
        events: File for the timeline of events of one input, folder for several; None to write none.
        workers: How many inputs are processed at once, and what becomes of those whose process ends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...] = ()
    manifest: Path | None = None
    source: Literal["sample"] | None = None
    recursive: bool = False
    shard: str | None = None
    existing: Policy = "refuse"
    output: Path | str | None = None
    export: Path | None = None
    export_format: ExportFormat | None = None
    report: ReportStyle = "console"
    timings: Path | None = None
    config_file: Path | None = None
    video: VideoSinkConfig = VideoSinkConfig()
    pipeline: PipelineConfig = PipelineConfig()
    controls: tuple[ControlConfig, ...] = ()
    controls_file: Path | None = None
    recognizer: Path | None = None
    events: Path | None = None
    workers: JobsConfig = JobsConfig()

    @model_validator(mode="after")
    def _check_events(self) -> Self:
        if self.events is not None and not self.controls:
            raise ValueError(
                "events: there are no [[controls]] that could cause any; give --controls a FILE that has some"
            )
        return self

    @model_validator(mode="after")
    def _check_format(self) -> Self:
        if self.export_format is not None and self.export is None:
            raise ValueError(
                f"export_format: there is nothing to write as {self.export_format}; add --export"
            )
        return self

    @model_validator(mode="after")
    def _check_segment(self) -> Self:
        if self.workers.segment_s is None:
            return self
        if self.controls:
            raise ValueError(
                "batch.segment_s: controls follow a video from its beginning; give only one of both"
            )
        if isinstance(self.output, str) or self.export == STANDARD_OUTPUT:
            raise ValueError(
                "batch.segment_s: pieces of videos are joined into files; write to files, or leave it out"
            )
        return self

    @field_validator("output")
    @classmethod
    def _path_unless_named(cls, output: Path | str | None) -> Path | str | None:
        return Path(output) if isinstance(output, str) and not names_sink(output) else output
