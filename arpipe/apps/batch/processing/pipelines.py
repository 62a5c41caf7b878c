"""The pipelines of a batch: what they must be able to do, and how settings become one."""

from collections.abc import Callable, Sequence
from typing import Protocol

from arpipe.apps.batch.jobs.job import Mode
from arpipe.effects.packs import Pack
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.pipeline.runner import FramePipeline


class BatchPipeline(FramePipeline, Protocol):
    """The part of `arpipe.Pipeline` that a batch needs; tests bring their own."""

    @property
    def camera(self) -> CameraModel:  # noqa: D102
        ...

    @property
    def faces_left_out(self) -> int:  # noqa: D102
        ...

    def reset(self) -> None:  # noqa: D102
        ...

    def close(self) -> None:  # noqa: D102
        ...


class ControllablePipeline(BatchPipeline, Protocol):
    """The part of `arpipe.Pipeline` that controls need, too."""

    @property
    def perception(self) -> Perception:  # noqa: D102
        ...

    def set_effects(self, effects: Sequence[str | Pack]) -> None:  # noqa: D102
        ...


OpenPipeline = Callable[[PipelineConfig, Mode], ControllablePipeline]


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
