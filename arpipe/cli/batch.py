"""`arpipe batch`."""

from pathlib import Path
from typing import Annotated, Any

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


def batch(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT", help="Videos, photos, folders, or patterns such as 'a/*.jpg'."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="sample", help="The bundled sample as one more input.")
    ] = None,
    effect: Effects = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help="File for one input, folder for several, or NAME:TARGET."
        ),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            "--export", metavar="PATH", help="Landmarks and poses: file for one input, else folder."
        ),
    ] = None,
    export_format: Annotated[
        str | None,
        typer.Option("--export-format", metavar="FORMAT", help="jsonl, csv or parquet; else by the suffix."),
    ] = None,
    no_video: Annotated[
        bool, typer.Option("--no-video", help="Write no pictures: for --export alone.")
    ] = False,
    codec: Annotated[
        str | None, typer.Option("--codec", metavar="NAME", help="h264, hevc, vp9, av1, mpeg4 or prores.")
    ] = None,
    quality: Annotated[
        int | None, typer.Option("--quality", metavar="0-100", help="Of videos and pictures.")
    ] = None,
    track: Track = None,
    max_faces: MaxFaces = None,
    fov: FieldOfView = None,
    camera: CameraFile = None,
    timings: Annotated[
        Path | None, typer.Option("--timings", metavar="JSON", help="Write every stage's times.")
    ] = None,
    provider: Provider = None,
    threads: Threads = None,
    config: ConfigFile = None,
    settings: Settings = None,
) -> None:
    """Put effects on videos and photos, and export landmarks and head poses."""
    if no_video and output:
        raise typer.BadParameter("it excludes --output", param_hint="--no-video")
    from arpipe.apps import batch as app
    from arpipe.config import config_file
    from arpipe.io.validation import check

    run = run_config(
        config,
        settings,
        pipeline_flags(effect, track, max_faces, provider, threads, fov, camera),
        {"--codec": ("video.codec", codec), "--quality": ("video.quality", quality)},
    )
    given: dict[str, Any] = {
        "inputs": tuple(inputs or ()),
        "source": source,
        "output": output,
        "export": export,
        "export_format": export_format,
        "timings": timings,
        "config_file": config_file(config),
        "video": run.video,
        "pipeline": run,
    }
    raise typer.Exit(app.run(check(app.BatchConfig, given, "arpipe batch")))
