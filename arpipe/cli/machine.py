"""Commands about this machine: what it lacks, and its camera."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, for programs and bug reports.")
    ] = False,
) -> None:
    """Say what this machine lacks to run arpipe, and the command that mends it."""
    from rich.console import Console

    from arpipe.apps.doctor import examine, exit_code, show, to_json

    findings = examine()
    if as_json:
        typer.echo(to_json(findings))
    else:
        show(findings, Console(file=sys.stdout))
    raise typer.Exit(exit_code(findings))


def calibrate(
    pictures: Annotated[list[Path], typer.Argument(help="Five or more views of one flat chessboard.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("calib.json"),
    columns: Annotated[int, typer.Option(help="Inner corners along the board's long side.")] = 9,
    rows: Annotated[int, typer.Option(help="Inner corners along its short side.")] = 6,
) -> None:
    """Measure a camera's intrinsics from chessboard pictures, for --camera."""
    from arpipe.apps.calibrate import run

    found = run(pictures, output, columns, rows)
    typer.echo(
        f"{output}: vertical field of view {found.camera.vertical_fov_deg:.1f}°, "
        f"error {found.error_px:.2f} px, board found in {len(found.used)} of {len(pictures)} pictures"
    )
    for path in found.unused:
        typer.echo(f"  not found in {path}")
