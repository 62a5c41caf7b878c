"""`arpipe profile` and `arpipe profile compare`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from arpipe.cli.options import (
    ConfigFile,
    Effects,
    MaxFaces,
    Provider,
    Settings,
    Threads,
    Track,
    run_config,
    subjects,
)

SWEEP = "--sweep"
DEFAULT_CONFIG = "profile"


class SweepGroup(TyperGroup):
    """Lets one `--sweep` take several axes: `--sweep size=640x480,1280x720 faces=1,2`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments with `--sweep` before each of the axes that follow one; then as usual."""
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
    cls=SweepGroup, help="Measure where every millisecond of a frame goes.", invoke_without_command=True
)


@app.callback()
def profile(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="sample, a file, or a camera's number.")] = None,
    effect: Effects = None,
    track: Track = None,
    live: Annotated[
        bool | None,
        typer.Option("--live", help="In real time, as `arpipe live`: drops, latency, governor."),
    ] = None,
    fps: Annotated[float | None, typer.Option(metavar="N", help="Rate of the sample with --live.")] = None,
    frames: Annotated[int | None, typer.Option(metavar="N", help="Counted frames a run.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Of the sample's frames.")] = None,
    faces: Annotated[int | None, typer.Option(metavar="N", help="Faces in the sample, 1 to 4.")] = None,
    max_faces: MaxFaces = None,
    repeat: Annotated[int | None, typer.Option(metavar="N", help="Runs.")] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The report; - for standard output.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The report as a page.")] = None,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Chrome trace, opens in Perfetto.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Encode, too, into this video.")] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(metavar="AXIS=A,B", help="size=640x480,1280x720 faces=1,2 threads=1,2")
    ] = None,
    budget: Annotated[float | None, typer.Option(metavar="MS", help="Mark what takes longer at p95.")] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    provider: Provider = None,
    threads: Threads = None,
) -> None:
    """Measure where every millisecond of a frame goes."""
    if context.invoked_subcommand is not None:
        return
    from arpipe.apps.profile.run import Outputs, run
    from arpipe.config import config_file

    chosen = run_config(
        config or DEFAULT_CONFIG,
        settings,
        {
            "--effect": ("effects", effect),
            "--track": ("perception.track", subjects(track)),
            "--live": ("profile.live", live),
            "--fps": ("profile.fps", fps),
            "--max-faces": ("perception.face.max_faces", max_faces or faces),
            "--provider": ("perception.session.provider", provider),
            "--threads": ("perception.session.intra_op_threads", threads),
            "--source": ("profile.source", source),
            "--frames": ("profile.frames", frames),
            "--faces": ("profile.faces", faces),
            "--repeat": ("profile.repeat", repeat),
            "--output": ("profile.output", output),
            **_size_flags(size),
        },
    )
    code = run(
        chosen, Outputs(json, html, trace), list(sweep or ()), budget, config_file(config or DEFAULT_CONFIG)
    )
    raise typer.Exit(code)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A report made with --json.")],
    after: Annotated[Path, typer.Argument(help="Another one, of the same thing.")],
) -> None:
    """Say which stages became slower; exit code 1 if any did."""
    from rich.console import Console

    from arpipe.apps.profile.compare import compare as judge
    from arpipe.apps.profile.compare import has_regressed
    from arpipe.apps.profile.report import load_report
    from arpipe.apps.profile.tables import compare_table

    verdicts = judge(load_report(before), load_report(after))
    Console(file=sys.stdout).print(compare_table(verdicts))
    raise typer.Exit(int(has_regressed(verdicts)))


def _size_flags(size: str | None) -> dict[str, tuple[str, object]]:
    if size is None:
        return {}
    from arpipe.apps.profile.sweep import parse_size

    width, height = parse_size(size)
    return {"--size (width)": ("profile.width", width), "--size (height)": ("profile.height", height)}
