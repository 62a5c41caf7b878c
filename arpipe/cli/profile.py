"""`arpipe profile` and `arpipe profile compare`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from arpipe.cli.settings import (
    CONTROLS,
    EFFECT,
    MAX_FACES,
    NETWORKS,
    OCCLUSION,
    RENDERER,
    TRACK,
    Setting,
    Values,
    setting,
    with_settings,
)

if TYPE_CHECKING:
    from arpipe.config import RunConfig

SWEEP = "--sweep"


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


def _size(text: str) -> Values:
    from arpipe.apps.profile.sweep import parse_size

    width, height = parse_size(text)
    return {"profile.width": width, "profile.height": height}


def _faces(count: int) -> Values:
    return {"profile.faces": count, "perception.face.max_faces": count}


SETTINGS = (
    setting("profile.source", str, "--source", help="sample, a file, or a camera number."),
    EFFECT,
    CONTROLS,
    TRACK,
    setting(
        "profile.live",
        bool,
        "--live",
        help="Measure the live loop in real time: dropped frames, latency, governor.",
    ),
    setting("profile.fps", float, "--fps", metavar="N", help="Frame rate of the sample with --live."),
    setting("profile.frames", int, "--frames", metavar="N", help="Measured frames per run."),
    Setting("", str, ("--size",), "Frame size of the sample.", "WxH", _size),
    Setting("", int, ("--faces",), "Number of faces in the sample, 1 to 4.", "N", _faces),
    MAX_FACES,
    *OCCLUSION,
    setting("profile.repeat", int, "--repeat", metavar="N", help="Number of runs."),
    setting(
        "profile.output", Path, "--output", metavar="FILE", help="Also encode the pictures into this video."
    ),
    *NETWORKS,
    RENDERER,
)


@app.callback()
@with_settings(*SETTINGS, default="profile")
def profile(
    context: typer.Context,
    load: "Callable[[], RunConfig]",
    config: str,
    controls: str | None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report; - for standard output.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as an HTML page.")
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Chrome trace, which opens in Perfetto.")
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AXIS=A,B",
            help="Measure all combinations: size=640x480,1280x720 faces=1,2 threads=1,2 "
            "provider=cpu,openvino",
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="MS", help="Exit with code 1 if a frame takes longer than MS at p95."),
    ] = None,
) -> None:
    """Measure the time of every stage of a frame."""
    if context.invoked_subcommand is not None:
        return
    from arpipe.apps.profile.run import Outputs, run
    from arpipe.config import config_file

    code = run(load(), Outputs(json, html, trace), list(sweep or ()), budget, config_file(config), controls)
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
