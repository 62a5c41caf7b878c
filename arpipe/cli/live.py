"""`arpipe live`."""

from pathlib import Path
from typing import Annotated

import typer

from arpipe.cli.options import (
    CameraFile,
    ConfigFile,
    Effects,
    FieldOfView,
    MaxFaces,
    Provider,
    Settings,
    Threads,
    run_config,
)


def live(
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="A camera's number, a file, or sample.")
    ] = None,
    effect: Effects = None,
    loop: Annotated[bool | None, typer.Option("--loop", help="Begin a file again when it ends.")] = None,
    window: Annotated[
        bool | None, typer.Option("--window/--no-window", help="Show it in a window (the default).")
    ] = None,
    mirror: Annotated[
        bool | None, typer.Option("--mirror/--no-mirror", help="Show it as a mirror does (the default).")
    ] = None,
    full_screen: Annotated[
        bool | None, typer.Option("--full-screen", help="Begin on the whole screen.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record from the first frame on.")
    ] = None,
    virtual_camera: Annotated[
        bool | None, typer.Option("--virtual-camera", help="Send it to a camera that video calls can choose.")
    ] = None,
    frames: Annotated[int | None, typer.Option("--frames", metavar="N", help="End after N pictures.")] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="S", help="End after S seconds.")
    ] = None,
    max_faces: MaxFaces = None,
    fov: FieldOfView = None,
    camera: CameraFile = None,
    provider: Provider = None,
    threads: Threads = None,
    config: ConfigFile = None,
    settings: Settings = None,
) -> None:
    """Try effects on with a webcam, in a window."""
    from arpipe.apps.live.show import show

    show(
        run_config(
            config or "live",
            settings,
            {
                "--source": ("live.source", source),
                "--effect": ("effects", effect),
                "--loop": ("live.loop", loop),
                "--window": ("live.window", window),
                "--mirror": ("live.mirror", mirror),
                "--full-screen": ("live.full_screen", full_screen),
                "--record": ("live.record", record),
                "--virtual-camera": ("live.virtual_camera", virtual_camera),
                "--frames": ("live.frames", frames),
                "--seconds": ("live.seconds", seconds),
                "--max-faces": ("perception.face.max_faces", max_faces),
                "--fov": ("camera.fov_deg", fov),
                "--camera": ("camera.file", camera),
                "--provider": ("perception.session.provider", provider),
                "--threads": ("perception.session.intra_op_threads", threads),
            },
        )
    )
