"""Configuration of a pipeline, and the arguments that change single keys of it."""

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from arpipe.errors import ConfigError
from arpipe.io.validation import check
from arpipe.pipeline.camera_model import CameraConfig
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.render.config import RenderConfig
from arpipe.tracking.settings import Mode

Model = TypeVar("Model", bound=BaseModel)


class PipelineConfig(BaseModel):
    """Everything between a frame and its picture.

    Attributes:
        camera: The camera that took the frames.
        perception: What is detected.
        render: Drawing quality; None picks what suits the machine.
        effects: Specs such as "aviator" or "lipstick(color=#a3123a)", drawn together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: CameraConfig = CameraConfig()
    perception: PerceptionConfig = PerceptionConfig()
    render: RenderConfig | None = None
    effects: tuple[str, ...] = ()


def config_with(
    config: PipelineConfig | None,
    max_faces: int | Literal["auto"] | None,
    fov_deg: float | None,
    mode: Mode | None,
) -> PipelineConfig:
    """Return a configuration, the default one for None, with the keys changed that are not None.

    Raises:
        ConfigError: A value is wrong, or the configuration is of another type.
    """
    if config is None:
        config = PipelineConfig()
    if not isinstance(config, PipelineConfig):
        raise ConfigError(
            f"Pipeline: config: expected arpipe.PipelineConfig, got {type(config).__name__}; use "
            "PipelineConfig.model_validate for a dict, and Pipeline(effects=…) for effects"
        )
    perception, camera = config.perception, config.camera
    if max_faces is not None:
        face = _changed(perception.face, "max_faces", max_faces)
        perception = perception.model_copy(update={"face": face})
    if mode is not None:
        _changed(perception.face, "mode", mode)
        perception = perception.in_mode(mode)
    if fov_deg is not None:
        camera = _changed(camera, "fov_deg", fov_deg)
    return config.model_copy(update={"perception": perception, "camera": camera})


def _changed(model: Model, key: str, value: object) -> Model:
    """Return a model with one key changed and checked."""
    return check(type(model), {**dict(model), key: value}, "Pipeline")
