"""`arpipe profile` and `arpipe profile compare`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from arpipe.cli.options import (
    ConfigFile,
    Effects,
    Flags,
    MaxFaces,
    Provider,
    Settings,
    Threads,
    Track,
    pipeline_flags,
    run_config,
)

SWEEP = "--sweep"
DEFAULT_CONFIG = "profile"


class SweepGroup(TyperGroup):
    """Lets one `--sweep` take several axes: `--sweep size=640x480,1280x720 faces=1,2`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert `--sweep` before each axis that follows one, then parse as usual."""
        spread: list[str] = []
        follows = False
        for argument in args:
            is_axis = not argument.startswith("-") and "=" in argument
            follows = argument == SWEEP or (follows and is_axis)
            if follows and is_axis and spread[-1] != SWEEP:
                spread.append(SWEEP)
            spread.append(argument)
        return super().parse_args(ctx, spread)


app = typer.Typer(
    cls=SweepGroup, help="Measure the time of every stage of a frame.", invoke_without_command=True
)


@app.callback()
def profile(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="sample, a file, or a camera number.")] = None,
    effect: Effects = None,
    track: Track = None,
    live: Annotated[
        bool | None,
        typer.Option("--live", help="Measure the live loop in real time: dropped frames, latency, governor."),
    ] = None,
    fps: Annotated[
        float | None, typer.Option(metavar="N", help="Frame rate of the sample with --live.")
    ] = None,
    frames: Annotated[int | None, typer.Option(metavar="N", help="Measured frames per run.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Frame size of the sample.")] = None,
    faces: Annotated[
        int | None, typer.Option(metavar="N", help="Number of faces in the sample, 1 to 4.")
    ] = None,
    max_faces: MaxFaces = None,
    repeat: Annotated[int | None, typer.Option(metavar="N", help="Number of runs.")] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report; - for standard output.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as an HTML page.")
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Chrome trace, which opens in Perfetto.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also encode the pictures into this video.")
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AXIS=A,B", help="Measure all combinations: size=640x480,1280x720 faces=1,2 threads=1,2"
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="MS", help="Exit with code 1 if a frame takes longer than MS at p95."),
    ] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    provider: Provider = None,
    threads: Threads = None,
) -> None:
    """Measure the time of every stage of a frame."""
    if context.invoked_subcommand is not None:
        return
    from arpipe.apps.profile.run import Outputs, run
    from arpipe.config import config_file

    chosen = run_config(
        config or DEFAULT_CONFIG,
        settings,
        pipeline_flags(effect, track, max_faces or faces, provider, threads),
        {
            "--live": ("profile.live", live),
            "--fps": ("profile.fps", fps),
            "--source": ("profile.source", source),
            "--frames": ("profile.frames", frames),
            "--faces": ("profile.faces", faces),
            "--repeat": ("profile.repeat", repeat),
            "--output": ("profile.output", output),
        },
        _size_flags(size),
    )
    code = run(
        chosen, Outputs(json, html, trace), list(sweep or ()), budget, config_file(config or DEFAULT_CONFIG)
    )
    raise typer.Exit(code)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A report written with --json.")],
    after: Annotated[Path, typer.Argument(help="A later report of the same measurement.")],
) -> None:
    """Compare two reports; exit with code 1 if a stage became slower."""
    from rich.console import Console

    from arpipe.apps.profile.compare import compare as compare_reports
    from arpipe.apps.profile.compare import has_regressed
    from arpipe.apps.profile.report import load_report
    from arpipe.apps.profile.tables import compare_table

    comparisons = compare_reports(load_report(before), load_report(after))
    Console(file=sys.stdout).print(compare_table(comparisons))
    raise typer.Exit(int(has_regressed(comparisons)))


def _size_flags(size: str | None) -> Flags:
    if size is None:
        return {}
    from arpipe.apps.profile.sweep import parse_size

    width, height = parse_size(size)
    return {"--size (width)": ("profile.width", width), "--size (height)": ("profile.height", height)}
