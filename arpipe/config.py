"""A whole run as one tree of frozen models.

It only composes the configurations that classes own. Values come from, later wins: the classes' defaults,
a TOML file, variables (`ARPIPE_PERCEPTION__FACE__MAX_FACES=2`), `--set perception.face.max_faces=2`, flags.
A mistake in any of them is an error that names where it stands, the key and the nearest valid one.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from arpipe.assets import config_path
from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.camera import CameraConfig as DeviceConfig
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.files import is_file, shown
from arpipe.io.toml_tables import check, parse_value, read_toml, to_toml
from arpipe.pipeline.governor import GovernorConfig
from arpipe.pipeline.pipeline import PipelineConfig

ENVIRONMENT_PREFIX = "ARPIPE_"
LEVEL_MARK = "__"  # between levels; variables without it, such as ARPIPE_HOME, are no configuration


class ProfileConfig(BaseModel):
    """What is measured.

    Attributes:
        source: As for every command: "sample", a file, a camera.
        live: Run the loop of `arpipe live`: the source plays at its own rate, stages overlap, frames that come too
            soon are dropped, and the governor decides. Else frame by frame, each stage undisturbed.
        width, height: Size of the sample's frames, px; files keep their own.
        fps: Rate at which the sample plays live, Hz; files keep their own.
        faces: Faces in the sample.
        frames: Counted frames a run.
        warm_up: Frames before that are not counted: first detection, shaders, clock speed.
        repeat: Runs; their medians tell how far a figure can be trusted.
        output: Write the pictures to this video and measure that, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "sample"
    live: bool = False
    width: int = Field(default=1280, ge=64, le=7680)
    height: int = Field(default=720, ge=64, le=4320)
    fps: float = Field(default=30.0, ge=1.0, le=240.0)
    faces: int = Field(default=1, ge=1, le=4)
    frames: int = Field(default=300, ge=2)
    warm_up: int = Field(default=20, ge=0)
    repeat: int = Field(default=1, ge=1, le=100)
    output: Path | None = None


class LiveConfig(BaseModel):
    """How a camera is shown.

    Attributes:
        source: A camera's number, or any file or "sample", which then plays as a camera would.
        loop: Begin a file again when it ends.
        device: What is asked of a camera.
        window: Show it; without, frames go to sinks and callbacks only.
        mirror: Show it as a mirror does; what is recorded or sent is never mirrored.
        full_screen: Begin on the whole screen.
        record: Record into this file from the first frame on; if it exists, a number is added to the name.
        virtual_camera: Send it to a virtual camera that video calls can choose.
        outputs: Further outputs, each a file that must not exist yet or `name:target`, such as one that an installed
            package adds.
        folder: Where recordings and snapshots go.
        frames: End after so many; 0 for no end.
        seconds: End after so long; 0 for no end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "0"
    loop: bool = False
    device: DeviceConfig = DeviceConfig()
    window: bool = True
    mirror: bool = True
    full_screen: bool = False
    record: Path | None = None
    virtual_camera: bool = False
    outputs: tuple[str, ...] = ()
    folder: Path = Path("captures")
    frames: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)


class WebConfig(BaseModel):
    """The page that `arpipe live --web` serves.

    Attributes:
        host: Address to listen on. Any but loopback needs TLS, and its page a token.
        port: To listen on; 0 takes a free one.
        hosts: Further names by which browsers may call this server.
        tls_cert, tls_key: PEM files.
        max_sessions: Pages served at once; the next one is asked to come later.
        max_width, max_height: Largest picture that a page may send, px, either way up.
        max_message_kb: Largest message.
        max_fps: Pictures a second that a page may send.
        idle_s: A session that sends nothing for so long ends.
        crf: H.264 quality of what is sent back: 0 best, 51 worst.
        jpeg_quality: Of what is sent to pages without WebCodecs, 0 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    max_sessions: int = Field(default=4, ge=1, le=64)
    max_width: int = Field(default=1920, ge=64, le=7680)
    max_height: int = Field(default=1080, ge=64, le=4320)
    max_message_kb: int = Field(default=4096, ge=64, le=65536)
    max_fps: float = Field(default=60.0, ge=1, le=240)
    idle_s: float = Field(default=120.0, gt=0)
    crf: int = Field(default=23, ge=0, le=51)
    jpeg_quality: int = Field(default=85, ge=1, le=100)


class RunConfig(PipelineConfig):
    """Everything settable about a run: the pipeline's own keys and what is done around it.

    Attributes:
        live: What `arpipe live` shows.
        governor: How it holds the frame rate.
        video: How videos are compressed.
        profile: What `arpipe profile` measures.
        web: The page that `arpipe live --web` serves.
    """

    live: LiveConfig = LiveConfig()
    governor: GovernorConfig = GovernorConfig()
    video: VideoSinkConfig = VideoSinkConfig()
    profile: ProfileConfig = ProfileConfig()
    web: WebConfig = WebConfig()


def load_config(
    source: str | Path | None = None,
    settings: Sequence[str] = (),
    flags: Mapping[str, tuple[str, Any]] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> RunConfig:
    """Put a configuration together.

    Args:
        source: A TOML file, the name of a configuration that comes with arpipe, or None for `default`.
        settings: Texts `a.b=value` in TOML's spelling.
        flags: Command-line flag → dotted key and its value.
        environ: Where variables are looked up.

    Raises:
        ConfigError: Something is unknown, missing or out of range.
    """
    path = config_file(source)
    table: dict[str, Any] = {}
    config = RunConfig()
    layers = [(str(path), read_toml(path)), *_from_environment(environ), *_from_settings(settings)]
    layers.extend((flag, _table(key, value)) for flag, (key, value) in (flags or {}).items())
    for origin, layer in layers:
        table = _merged(table, layer)
        config = check(RunConfig, table, origin)
    return config


def as_toml(config: RunConfig, *, resolved: bool) -> str:
    """A configuration as TOML: all of it when resolved, else only what differs from the defaults."""
    return to_toml(config.model_dump(mode="json", exclude_defaults=not resolved))


def config_file(source: str | Path | None) -> Path:
    """The file of a configuration: a TOML file, the name of one that comes with arpipe, or None for `default`.

    Raises:
        ConfigError: There is no such file or name.
    """
    if source is None:
        return config_path("default")
    text = str(source)
    if isinstance(source, Path) or text.endswith(".toml") or os.sep in text or "/" in text:
        path = expanded(source)
        if is_file(path):
            return path
        if len(path.parts) > 1:
            raise ConfigError(f"there is no configuration file {shown(path)}")
    return config_path(text)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and LEVEL_MARK in name:
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split(LEVEL_MARK)
            yield f"environment variable {name}", _table(".".join(keys), parse_value(value))


def _from_settings(settings: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            raise ConfigError(f"--set {setting}: expected key=value, such as camera.fov_deg=60")
        yield f"--set {setting}", _table(key.strip(), parse_value(value))


def _table(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(under, dict) and isinstance(value, dict)
        merged[key] = _merged(under, value) if both else value  # type: ignore[arg-type]
    return merged
