"""Options that several commands share, and the configuration keys that they set."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from arpipe.config import RunConfig

Flags = Mapping[str, tuple[str, object]]
"""Flag → configuration key and value; a value of None means that the flag was not given."""

ConfigFile = Annotated[
    str | None,
    typer.Option("--config", "-c", metavar="FILE", help="TOML file, or a bundled name such as glasses."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set one key, such as camera.fov_deg=60. Repeatable."),
]
Effects = Annotated[
    list[str] | None,
    typer.Option(
        "--effect",
        "-e",
        metavar="EFFECT",
        help="Pack, folder, or kind with parameters: 'lipstick(color=#a3123a)'. Repeatable.",
    ),
]
Track = Annotated[
    str | None,
    typer.Option(
        "--track",
        metavar="SUBJECTS",
        help="Subjects to track: face, body, hands, or several: 'face,body'. Default: as effects need.",
    ),
]
MaxFaces = Annotated[
    int | None, typer.Option("--max-faces", metavar="N", help="Maximum number of faces to track.")
]
FieldOfView = Annotated[
    float | None, typer.Option("--fov", metavar="DEG", help="Vertical field of view of the camera, degrees.")
]
CameraFile = Annotated[
    Path | None,
    typer.Option("--camera", metavar="JSON", help="Intrinsics from `arpipe calibrate`, instead of --fov."),
]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider", metavar="NAME", help="Execution provider: auto, cpu, cuda, coreml, openvino …"
    ),
]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="CPU threads per network.")]


def pipeline_flags(
    effects: list[str] | None,
    track: str | None,
    max_faces: int | None,
    provider: str | None,
    threads: int | None,
    fov: float | None = None,
    camera: Path | None = None,
) -> Flags:
    """Map the options that concern the pipeline to configuration keys."""
    subjects = None if track is None else [name.strip() for name in track.split(",")]
    return {
        "--effect": ("effects", effects),
        "--track": ("perception.track", subjects),
        "--max-faces": ("perception.face.max_faces", max_faces),
        "--provider": ("perception.session.provider", provider),
        "--threads": ("perception.session.intra_op_threads", threads),
        "--fov": ("camera.fov_deg", fov),
        "--camera": ("camera.file", camera),
    }


def run_config(config: str | None, settings: list[str] | None, *flags: Flags) -> "RunConfig":
    """Load the configuration that a command line asks for.

    Args:
        config: File or bundled name; None for the default.
        settings: Values of `--set`; they take precedence over the file.
        flags: Flags; they take precedence over `--set`.
    """
    from arpipe.config import load_config

    given = {
        flag: (key, value)
        for group in flags
        for flag, (key, value) in group.items()
        if value is not None and value != []
    }
    return load_config(config, settings or (), given)
