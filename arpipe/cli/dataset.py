"""`arpipe dataset …`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Inspect datasets that batch has exported.", no_args_is_help=True)


@app.command()
def summary(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder that `arpipe batch --export` wrote.")
    ],
    plots: Annotated[
        Path | None,
        typer.Option("--plots", metavar="FOLDER", help="Write plots of clips, yaw and gaps as SVG."),
    ] = None,
) -> None:
    """Print frames, faces and gaps of every clip, and the inputs that failed."""
    from arpipe.apps.dataset import run

    raise typer.Exit(run(folder, plots))
