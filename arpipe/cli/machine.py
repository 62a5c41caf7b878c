"""Commands about this machine: what it lacks, what it can do, its cameras."""

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


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write.")] = Path(
        "out"
    ),
) -> None:
    """Put glasses on the bundled sample: demo.mp4, demo.png and where the time went."""
    from arpipe.apps.demo import run

    raise typer.Exit(run(output))


def devices(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the cameras that answer."""
    from arpipe.apps.devices import devices_json, show_devices

    if as_json:
        typer.echo(devices_json())
    else:
        show_devices()


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
