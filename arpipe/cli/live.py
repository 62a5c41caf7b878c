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
    Track,
    pipeline_flags,
    run_config,
)


def live(
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Camera number, file, or sample.")
    ] = None,
    effect: Effects = None,
    loop: Annotated[bool | None, typer.Option("--loop", help="Loop the file.")] = None,
    window: Annotated[
        bool | None, typer.Option("--window/--no-window", help="Show a window (the default).")
    ] = None,
    mirror: Annotated[
        bool | None,
        typer.Option("--mirror/--no-mirror", help="Mirror the picture in the window (the default)."),
    ] = None,
    full_screen: Annotated[bool | None, typer.Option("--full-screen", help="Start in full screen.")] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record from the start into this video.")
    ] = None,
    virtual_camera: Annotated[
        bool | None,
        typer.Option("--virtual-camera", help="Send pictures to a virtual camera for video calls."),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Another output: a new file, or NAME:TARGET."),
    ] = None,
    web: Annotated[
        bool, typer.Option("--web", help="Serve a web page instead; --source is offered beside its camera.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="ADDRESS", help="Address of the page; beyond loopback, TLS is required."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", help="Port of the page; 0 picks a free one.")
    ] = None,
    max_sessions: Annotated[
        int | None,
        typer.Option("--max-sessions", metavar="N", help="Maximum number of pages served at once."),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="PEM", help="TLS certificate of the page.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="PEM", help="Private key of the certificate.")
    ] = None,
    frames: Annotated[
        int | None, typer.Option("--frames", metavar="N", help="Stop after N pictures.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="S", help="Stop after S seconds.")
    ] = None,
    track: Track = None,
    max_faces: MaxFaces = None,
    fov: FieldOfView = None,
    camera: CameraFile = None,
    provider: Provider = None,
    threads: Threads = None,
    config: ConfigFile = None,
    settings: Settings = None,
) -> None:
    """Try on effects with a webcam, in a window or a web page."""
    run = run_config(
        config or "live",
        settings,
        pipeline_flags(effect, track, max_faces, provider, threads, fov, camera),
        {
            "--source": ("live.source", source),
            "--loop": ("live.loop", loop),
            "--window": ("live.window", window),
            "--mirror": ("live.mirror", mirror),
            "--full-screen": ("live.full_screen", full_screen),
            "--record": ("live.record", record),
            "--virtual-camera": ("live.virtual_camera", virtual_camera),
            "--output": ("live.outputs", output),
            "--frames": ("live.frames", frames),
            "--seconds": ("live.seconds", seconds),
            "--host": ("web.host", host),
            "--port": ("web.port", port),
            "--max-sessions": ("web.max_sessions", max_sessions),
            "--tls-cert": ("web.tls_cert", tls_cert),
            "--tls-key": ("web.tls_key", tls_key),
        },
    )
    if web:
        from arpipe.apps.web import run as serve

        raise typer.Exit(serve(run, source=source))
    from arpipe.apps.live import show

    show(run)
