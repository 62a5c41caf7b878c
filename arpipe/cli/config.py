"""`arpipe config …`."""

from typing import Annotated

import typer

from arpipe.cli.options import Settings, run_config

app = typer.Typer(help="Show configurations.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `show` a command of its own."""


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A TOML file, or a name such as glasses.")
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="All values, not only those that differ from the defaults.")
    ] = False,
    settings: Settings = None,
) -> None:
    """Print what a configuration comes to with the environment and --set, as TOML."""
    from arpipe.config import as_toml

    typer.echo(as_toml(run_config(name, settings), resolved=resolved), nl=False)
