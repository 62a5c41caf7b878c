"""Options that several commands share, and what they mean for a configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from arpipe.config import RunConfig

ConfigFile = Annotated[
    str | None,
    typer.Option("--config", "-c", metavar="FILE", help="A TOML file, or a name such as glasses."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change one key, such as camera.fov_deg=60. Repeatable."),
]
Effects = Annotated[
    list[str] | None,
    typer.Option(
        "--effect",
        "-e",
        metavar="EFFECT",
        help="A pack, a folder, or a kind with parameters: 'lipstick(color=#a3123a)'. Repeatable.",
    ),
]
Track = Annotated[
    str | None,
    typer.Option(
        "--track", metavar="WHAT", help="face, body, hands, or several: 'face,body'; else as effects need."
    ),
]
MaxFaces = Annotated[int | None, typer.Option("--max-faces", metavar="N", help="Faces to follow at most.")]
FieldOfView = Annotated[
    float | None, typer.Option("--fov", metavar="DEG", help="Vertical field of view of the camera.")
]
CameraFile = Annotated[
    Path | None,
    typer.Option("--camera", metavar="JSON", help="Intrinsics made by `arpipe calibrate`, instead of --fov."),
]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider", metavar="NAME", help="Where networks run: auto, cpu, cuda, coreml, openvino …"
    ),
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads inside a network on the CPU.")
]


def subjects(track: str | None) -> list[str] | None:
    """What `--track` names; None when it was not given."""
    return None if track is None else [name.strip() for name in track.split(",")]


def run_config(
    config: str | None,
    settings: list[str] | None,
    flags: Mapping[str, tuple[str, Any]] | None = None,
) -> "RunConfig":
    """The configuration that a command line asks for.

    Args:
        config: File or name.
        settings: Values of `--set`; they win over the file.
        flags: Flag → dotted key and what it is to be; wins over `--set`. What is None was not given.
    """
    from arpipe.config import load_config

    given = {flag: (key, value) for flag, (key, value) in (flags or {}).items() if value not in (None, [])}
    return load_config(config, settings or (), given)
