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
    run_config,
    subjects,
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
    web: Annotated[
        bool, typer.Option("--web", help="Serve a page instead; --source is offered there beside its camera.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Of the page; beyond loopback with TLS only."),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", help="Of the page; 0 takes a free one.")
    ] = None,
    max_sessions: Annotated[
        int | None, typer.Option("--max-sessions", metavar="N", help="Pages served at once.")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="PEM", help="Certificate of the page.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", metavar="PEM", help="Its key.")] = None,
    frames: Annotated[int | None, typer.Option("--frames", metavar="N", help="End after N pictures.")] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="S", help="End after S seconds.")
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
    """Try effects on with a webcam, in a window or a web page."""
    run = run_config(
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
            "--track": ("perception.track", subjects(track)),
            "--max-faces": ("perception.face.max_faces", max_faces),
            "--fov": ("camera.fov_deg", fov),
            "--camera": ("camera.file", camera),
            "--provider": ("perception.session.provider", provider),
            "--threads": ("perception.session.intra_op_threads", threads),
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
