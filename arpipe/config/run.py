"""The configuration of a run, as one tree of frozen models."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from arpipe.config.jobs import JobsConfig
from arpipe.config.live import LiveConfig
from arpipe.config.profile import ProfileConfig
from arpipe.config.web import WebConfig
from arpipe.controls.config import MAX_CONTROLS, ControlConfig
from arpipe.io.encoding import VideoSinkConfig
from arpipe.pipeline.governor import GovernorConfig
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.recognition.config import TeachConfig


class RunConfig(PipelineConfig):
    """The configuration of a run: that of the pipeline, and of the commands.

    Attributes:
        live: Settings of `arpipe live`.
        governor: How the frame rate is held.
        video: Compression of videos.
        profile: Settings of `arpipe profile`.
        web: The page of `arpipe live --web`.
        batch: How `arpipe batch` uses the machine.
        controls: Triggers with what they do, and signals that drive parameters.
        teach: Settings of `arpipe teach`.
        recognizer: Recogniser of classes of one's own, for conditions on `class`, written by `arpipe teach`.
    """

    live: LiveConfig = LiveConfig()
    governor: GovernorConfig = GovernorConfig()
    video: VideoSinkConfig = VideoSinkConfig()
    profile: ProfileConfig = ProfileConfig()
    web: WebConfig = WebConfig()
    batch: JobsConfig = JobsConfig()
    teach: TeachConfig = TeachConfig()
    controls: tuple[ControlConfig, ...] = Field(default=(), max_length=MAX_CONTROLS)
    recognizer: Path | None = None


class ControlsFile(BaseModel):
    """A file with controls alone, which can be combined with any configuration.

    Attributes:
        controls: As in `RunConfig`.
        recognizer: As in `RunConfig`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    controls: tuple[ControlConfig, ...] = Field(default=(), max_length=MAX_CONTROLS)
    recognizer: Path | None = None
