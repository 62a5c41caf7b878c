"""`arpipe config …`."""

from typing import Annotated

import typer

from arpipe.cli.settings import SET

app = typer.Typer(help="Show configurations.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `show` a subcommand."""


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="TOML file, or a bundled name such as glasses.")
    ] = None,
    resolved: Annotated[
        bool,
        typer.Option("--resolved", help="Print all values, not only those that differ from the defaults."),
    ] = False,
    settings: list[str] | None = SET.option,
) -> None:
    """Print a configuration, including the environment and --set, as TOML."""
    from arpipe.config import as_toml, load_config

    typer.echo(as_toml(load_config(name, settings or ()), resolved=resolved), nl=False)
