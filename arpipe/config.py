"""The configuration of a run, as one tree of frozen models.

It composes the configurations of the classes. Values come from the following places, later ones take precedence: the
defaults of the classes, a TOML file, environment variables (`ARPIPE_PERCEPTION__FACE__MAX_FACES=2`),
`--set perception.face.max_faces=2`, and flags. A wrong value or key is an error that names its origin, the key and the
nearest valid key.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyAddress

from arpipe.assets import config_path
from arpipe.controls.config import MAX_CONTROLS, ControlConfig
from arpipe.controls.senders.address import SendAddress
from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.camera import CameraDeviceConfig
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.files import is_file, shown
from arpipe.io.toml_tables import Table, parse_value, read_toml, to_toml
from arpipe.io.validation import check
from arpipe.pipeline.governor import GovernorConfig
from arpipe.pipeline.pipeline import PipelineConfig
from arpipe.recognition.config import TeachConfig

ENVIRONMENT_PREFIX = "ARPIPE_"
LEVEL_MARK = (
    "__"  # between levels; variables without it, such as ARPIPE_HOME, are not part of the configuration
)


class ProfileConfig(BaseModel):
    """What is measured.

    Attributes:
        source: "sample", a file, or a camera.
        live: Measure the loop of `arpipe live`: the source plays at its own rate, stages overlap, late frames are
            dropped, and the governor adjusts the quality. Otherwise, frames are processed one after the other.
        width, height: Frame size of the sample, px.
        fps: Frame rate of the sample in live mode, Hz.
        faces: Number of faces in the sample.
        frames: Counted frames per run.
        warm_up: Frames before them that are not counted: first detection, shader compilation, CPU frequency.
        repeat: Number of runs; their medians show the variation.
        output: Also encode the pictures into this video, and measure that; None for no video.
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
    """Settings of `arpipe live`.

    Attributes:
        source: Camera number, file, or "sample"; files play in real time. Or a stream: an address
            (rtsp://, http://, https://), or "-" for the standard input.
        loop: Loop the file.
        device: Mode requested from the camera.
        window: Show a window; otherwise, pictures go to outputs and callbacks only.
        mirror: Mirror the picture in the window; outputs are never mirrored.
        full_screen: Start in full screen.
        record: Record into this file from the start; if it exists, a number is added to the name.
        virtual_camera: Send pictures to a virtual camera for video calls.
        outputs: Further outputs, each a file that must not exist yet or `name:target`, such as one that an installed
            package adds.
        folder: Folder of recordings and snapshots.
        frames: Stop after so many pictures; 0 for no limit.
        seconds: Stop after so many seconds; 0 for no limit.
        send: Addresses that results are sent to: `osc://host:port` for the VMC protocol, `osc://host:port/path` for
            plain OSC, or `ws://host:port` to serve JSON over WebSocket.
        allow_keyboard: Let controls press keys, which other programs receive, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "0"
    loop: bool = False
    device: CameraDeviceConfig = CameraDeviceConfig()
    window: bool = True
    mirror: bool = True
    full_screen: bool = False
    record: Path | None = None
    virtual_camera: bool = False
    outputs: tuple[str, ...] = ()
    folder: Path = Path("captures")
    frames: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)
    send: tuple[SendAddress, ...] = ()
    allow_keyboard: bool = False


class JobsConfig(BaseModel):
    """How `arpipe batch` uses the machine.

    Attributes:
        jobs: Number of inputs that are processed at once, each in a process of its own; 1 for this process, "auto"
            for as many as cores and free memory allow.
        retries: How often an input is tried again after its process has ended or hung.
        stall_s: Time without progress after which a process counts as hanging and is ended, s.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: Annotated[int, Field(ge=1, le=1024)] | Literal["auto"] = 1
    retries: int = Field(default=1, ge=0, le=100)
    stall_s: float = Field(default=300.0, gt=0)


def _as_origin(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"{value!r} is not an origin such as https://shop.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{value!r} has a path; give the origin only: {parts.scheme}://{parts.netloc}")
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, default) else f":{parts.port}")


Origin = Annotated[str, AfterValidator(_as_origin)]
"""Scheme, host and port of a site, as browsers write them: `https://shop.example`."""


class WebConfig(BaseModel):
    """The page of `arpipe live --web`.

    Attributes:
        host: Address to listen on. Beyond loopback, TLS and a token are required.
        port: Port to listen on; 0 picks a free one.
        hosts: Further host names of this server.
        public_url: Address under which visitors reach the page through a proxy that ends TLS, such as
            "https://try.shop.example"; a host, without a path.
        trusted_proxies: IP addresses of proxies whose X-Forwarded-Host and X-Forwarded-Proto are believed.
        embed: Origins of sites that may show the page in a frame, such as "https://shop.example".
        tls_cert, tls_key: PEM files.
        max_sessions: Maximum number of pages served at once.
        max_width, max_height: Largest picture that a page may send, px, in either orientation.
        max_message_kb: Largest message, KiB.
        max_fps: Maximum number of pictures per second from a page.
        idle_s: Idle time after which a session ends, s.
        max_connections: Maximum number of connections; when there are more, the one that has waited longest for a
            request is closed, and the oldest TLS handshake is given up. Sessions never give way.
        handshake_s: Time for a TLS handshake, s.
        request_s: Time for a request, or for the first message of a session, to be complete, s.
        answer_s: Time for a client to take an answer, s.
        crf: H.264 quality of the pictures sent back: 0 best, 51 worst.
        jpeg_quality: JPEG quality for pages without WebCodecs, 0 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    public_url: Origin | None = None
    trusted_proxies: tuple[IPvAnyAddress, ...] = ()
    embed: tuple[Origin, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    max_sessions: int = Field(default=4, ge=1, le=64)
    max_width: int = Field(default=1920, ge=64, le=7680)
    max_height: int = Field(default=1080, ge=64, le=4320)
    max_message_kb: int = Field(default=4096, ge=64, le=65536)
    max_fps: float = Field(default=60.0, ge=1, le=240)
    idle_s: float = Field(default=120.0, gt=0)
    max_connections: int = Field(default=200, ge=8, le=10_000)
    handshake_s: float = Field(default=5.0, gt=0, le=60)
    request_s: float = Field(default=10.0, gt=0, le=600)
    answer_s: float = Field(default=15.0, gt=0, le=600)
    crf: int = Field(default=23, ge=0, le=51)
    jpeg_quality: int = Field(default=85, ge=1, le=100)


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


def load_config(
    source: str | Path | None = None,
    settings: Sequence[str] = (),
    flags: Mapping[str, tuple[str, object]] | None = None,
    environ: Mapping[str, str] = os.environ,
    controls: str | Path | None = None,
) -> RunConfig:
    """Load a configuration.

    Args:
        source: TOML file or name of a bundled configuration; None for `default`.
        settings: Settings `a.b=value` in TOML syntax.
        flags: Command-line flag → dotted key and value.
        environ: Environment variables.
        controls: TOML file with `[[controls]]`, which replace those of the configuration; None for none.

    Raises:
        ConfigError: A key is unknown, a file is missing, or a value is out of range.
    """
    path = config_file(source)
    table: Table = {}
    config = RunConfig()
    layers = [
        (str(path), read_toml(path)),
        *_from_controls(controls),
        *_from_environment(environ),
        *_from_settings(settings),
    ]
    layers.extend((flag, _table(key, value)) for flag, (key, value) in (flags or {}).items())
    for origin, layer in layers:
        table = _merged(table, layer)
        config = check(RunConfig, table, origin)
    return config


def as_toml(config: RunConfig, *, resolved: bool) -> str:
    """Return a configuration as TOML: all values if resolved, otherwise those that differ from the defaults."""
    return to_toml(config.model_dump(mode="json", by_alias=True, exclude_defaults=not resolved))


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


def _from_controls(file: str | Path | None) -> Iterator[tuple[str, Table]]:
    """Yield the table of a file with controls; the files that it names are relative to its folder."""
    if file is None:
        return
    path = expanded(file)
    table = read_toml(path)
    check(ControlsFile, table, str(path))
    _anchor(table, "recognizer", path.parent)
    for control in table.get("controls", ()):
        _anchor(control, "sound", path.parent)
    yield str(path), table


def _anchor(table: Table, key: str, folder: Path) -> None:
    """Make a path in a table relative to a folder, if it is there."""
    if key in table:
        table[key] = str(folder / table[key])


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Table]]:
    for name, value in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and LEVEL_MARK in name:
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split(LEVEL_MARK)
            yield f"environment variable {name}", _table(".".join(keys), parse_value(value))


def _from_settings(settings: Sequence[str]) -> Iterator[tuple[str, Table]]:
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            raise ConfigError(f"--set {setting}: expected key=value, such as camera.fov_deg=60")
        yield f"--set {setting}", _table(key.strip(), parse_value(value))


def _table(key: str, value: object) -> Table:
    outer, *inner = key.split(".")
    return {outer: _table(".".join(inner), value) if inner else value}


def _merged(below: Table, above: Table) -> Table:
    """Merge two tables; values of `above` take precedence."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            value = _merged(under, value)  # noqa: PLW2901 - the merged one
        merged[key] = value
    return merged
