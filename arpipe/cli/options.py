"""Options that several commands share, and what they mean for a configuration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from arpipe.config import RunConfig

ConfigFile = Annotated[
    str | None,
    typer.Option("--config", "-c", metavar="FILE", help="A TOML file, or a name such as glasses or makeup."),
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


def run_config(
    config: str | None,
    settings: list[str] | None,
    effects: list[str] | None = None,
    max_faces: int | None = None,
    fov: float | None = None,
    camera: Path | None = None,
    provider: str | None = None,
    threads: int | None = None,
) -> "RunConfig":
    """The configuration that a command line asks for; flags win over `--set`, which wins over the file."""
    from arpipe.config import load_config

    flags: dict[str, Any] = {
        "effects": list(effects) if effects else None,
        "perception.face.max_faces": max_faces,
        "camera.fov_deg": fov,
        "camera.file": None if camera is None else str(camera),
        "perception.session.provider": provider,
        "perception.session.intra_op_threads": threads,
    }
    given = {key: value for key, value in flags.items() if value is not None}
    return load_config(config, settings or (), given)
