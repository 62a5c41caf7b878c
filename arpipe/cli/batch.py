"""`arpipe batch`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arpipe.cli.panels import CONFIGURATION, TRACKING, in_panels
from arpipe.cli.settings import (
    CAMERA,
    CONTROLS,
    EFFECT,
    MAX_FACES,
    NETWORKS,
    OCCLUSION,
    RENDERER,
    TRACK,
    setting,
    with_settings,
)

if TYPE_CHECKING:
    from arpipe.config import RunConfig


_PANELS = {
    "Inputs": ("manifest", "source", "recursive", "shard"),
    "Outputs": ("output", "export", "export_format", "events", "no_video", "codec", "quality"),
    "Existing outputs": ("resume", "skip_existing", "overwrite"),
    "Effects and tracking": (*TRACKING, "controls"),
    "Machine": ("jobs", "segment", "retries", "ray", "hwaccel", "provider", "threads", "renderer"),
    "Reports": ("dry_run", "quiet", "json_", "timings"),
    "Configuration": CONFIGURATION,
}


@in_panels(_PANELS)
@with_settings(
    EFFECT,
    setting("video.codec", str, "--codec", metavar="NAME", help="h264, hevc, vp9, av1, mpeg4 or prores."),
    setting("video.quality", int, "--quality", metavar="0-100", help="Quality of videos and pictures."),
    setting(
        "video.hwaccel",
        str,
        "--hwaccel",
        metavar="auto|none|NAME",
        help="Hardware that decodes and encodes videos.",
    ),
    setting(
        "batch.jobs",
        str,
        "--jobs",
        "-j",
        metavar="N|auto",
        help="Number of inputs at once, each in a process.",
    ),
    setting(
        "batch.segment_s",
        float,
        "--segment",
        metavar="SECONDS",
        help="Cut longer videos into pieces, which several processes share.",
    ),
    setting(
        "batch.retries", int, "--retries", metavar="N", help="Further attempts if a process ends or hangs."
    ),
    setting(
        "batch.ray.address", str, "--ray", metavar="ADDRESS", help="Ray cluster: auto, HOST:PORT, or local."
    ),
    CONTROLS,
    TRACK,
    MAX_FACES,
    *OCCLUSION,
    *CAMERA,
    *NETWORKS,
    RENDERER,
)
def batch(
    load: "Callable[[], RunConfig]",
    config: str | None,
    controls: str | None,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="Videos, photos, folders, patterns such as 'a/*.jpg', or s3://…"
        ),
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Option(
            "--manifest", metavar="FILE", help="Work list: one input per line, as JSON; see docs/batch.md."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="sample", help="The bundled sample as one more input.")
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Search subfolders, and mirror them in the outputs.")
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="I/N", help="Process only this shard of the inputs, such as 3/16."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue an interrupted run, skipping completed inputs.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Skip inputs whose outputs all exist.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing outputs.")] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help="File for one input, folder for several, or NAME:TARGET."
        ),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="PATH",
            help="Landmarks and poses: file for one input, else folder; - for stdout.",
        ),
    ] = None,
    export_format: Annotated[
        str | None,
        typer.Option(
            "--export-format",
            metavar="FORMAT",
            help="jsonl, csv, csv-wide, csv-long, parquet or dataset; else by suffix.",
        ),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            "--events", metavar="PATH", help="Events of --controls: file for one input, else folder."
        ),
    ] = None,
    no_video: Annotated[
        bool, typer.Option("--no-video", help="Write no pictures, only --export or --events.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print which input becomes which files; write nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print failures and losses only.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print events as JSON lines.")] = False,
    timings: Annotated[
        Path | None,
        typer.Option("--timings", metavar="JSON", help="Write the times of every stage to this file."),
    ] = None,
) -> None:
    """Put effects on videos and photos, and export landmarks and head poses."""
    if no_video and output:
        raise typer.BadParameter("it excludes --output", param_hint="--no-video")
    policies = {"resume": resume, "skip": skip_existing, "overwrite": overwrite}
    existing = _chosen(policies, "refuse", "--resume, --skip-existing and --overwrite")
    report = _chosen({"quiet": quiet, "json": json_}, "console", "--quiet and --json")
    from arpipe.apps import batch as app
    from arpipe.config import config_file
    from arpipe.io.validation import check

    run = load()
    given: dict[str, object] = {
        "inputs": tuple(inputs or ()),
        "manifest": manifest,
        "source": source,
        "recursive": recursive,
        "shard": shard,
        "existing": existing,
        "output": output,
        "export": export,
        "export_format": export_format,
        "controls": run.controls,
        "controls_file": controls,
        "recognizer": run.recognizer,
        "events": events,
        "report": report,
        "timings": timings,
        "config_file": config_file(config),
        "video": run.video,
        "pipeline": run,
        "workers": run.batch,
    }
    settings = check(app.BatchConfig, given, "arpipe batch")
    raise typer.Exit(app.preview(settings) if dry_run else app.run(settings))


def _chosen(flags: dict[str, bool], otherwise: str, options: str) -> str:
    """Return the one choice whose flag is given; `options` names the flags to the user."""
    given = [choice for choice, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise typer.BadParameter(f"{options} exclude each other")
    return given[0] if given else otherwise
