"""Commands about this machine: doctor, demo, devices, calibrate."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, for programs and bug reports.")
    ] = False,
) -> None:
    """Check what this machine lacks to run arpipe, and how to fix it."""
    from rich.console import Console

    from arpipe.apps.doctor import examine, to_json
    from arpipe.apps.findings import exit_code, show

    findings = examine()
    if as_json:
        typer.echo(to_json(findings))
    else:
        show(findings, Console(file=sys.stdout))
    raise typer.Exit(exit_code(findings))


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Output folder.")] = Path(
        "out"
    ),
) -> None:
    """Put glasses on the bundled sample: writes demo.mp4, demo.png and the stage timings."""
    from arpipe.apps.demo import run

    raise typer.Exit(run(output))


def devices(
    as_json: Annotated[bool, typer.Option("--json", help="Print the cameras as JSON, for programs.")] = False,
) -> None:
    """List the available cameras and microphones."""
    from arpipe.apps.devices import devices_json, show_devices

    if as_json:
        typer.echo(devices_json())
    else:
        show_devices()


def calibrate(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PICTURES…]",
            help="At least five views of a flat chessboard; with --quick, a camera's number or a clip (default 0).",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file.")] = Path("calib.json"),
    columns: Annotated[int, typer.Option(help="Inner corners along the long side of the board.")] = 9,
    rows: Annotated[int, typer.Option(help="Inner corners along its short side.")] = 6,
    quick: Annotated[
        bool, typer.Option("--quick", help="Turn your head in front of the camera, without a chessboard.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="Duration of --quick, s.", min=1.0, max=60.0)] = 5.0,
) -> None:
    """Calibrate a camera from chessboard pictures, or from a turning head, for --camera."""
    if quick:
        _calibrate_quickly(sources or ["0"], output, seconds)
    elif sources:
        _calibrate(list(map(Path, sources)), output, columns, rows)
    else:
        raise typer.BadParameter("give at least five pictures of a chessboard, or --quick")


def _calibrate(pictures: list[Path], output: Path, columns: int, rows: int) -> None:
    from arpipe.apps.calibrate import run

    found = run(pictures, output, columns, rows)
    typer.echo(
        f"{output}: vertical field of view {found.camera.vertical_fov_deg:.1f}°, "
        f"reprojection error {found.error_px:.2f} px, board found in {len(found.used)} of {len(pictures)} pictures"
    )
    if not found.is_complete:
        typer.echo(
            f"  the views do not determine the whole distortion; estimated coefficients: {found.distortion} "
            "(for all, let the board reach the edges and corners of some pictures)"
        )
    for path in found.unused:
        typer.echo(f"  not found in {path}")


def _calibrate_quickly(sources: list[str], output: Path, seconds: float) -> None:
    from arpipe.apps.quick_calibration import run

    if len(sources) > 1:
        raise typer.BadParameter(f"--quick takes one camera or clip, got {len(sources)}")
    found = run(sources[0], output, seconds, typer.echo)
    typer.echo(
        f"{output}: vertical field of view {found.camera.vertical_fov_deg:.1f}°, focal length within "
        f"{100.0 * found.spread:.0f} %, from {found.poses} poses of a head that turned by {found.yaw_range_deg:.0f}°"
    )
