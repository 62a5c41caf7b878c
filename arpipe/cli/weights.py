"""`arpipe weights …`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Fetch and check the network weights.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List every network and what the cache holds of it."""
    from arpipe.apps.weights import list_weights

    list_weights()


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Networks; all if none.")
    ] = None,
) -> None:
    """Have networks ready, so that later runs need no network connection."""
    from arpipe.apps import weights

    weights.fetch(names or ())


@app.command()
def verify() -> None:
    """Hash every cached file; exit code 1 if one is damaged."""
    from arpipe.apps import weights

    if not weights.verify():
        raise typer.Exit(1)


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="A mediapipe 0.10.21 wheel of any platform.")]) -> None:
    """Take all networks from a wheel file, for machines without a network connection."""
    from arpipe.apps.weights import import_file

    import_file(file)
