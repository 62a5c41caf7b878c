"""The command line. It only parses; each command calls a function of `arpipe.apps`.

A command is a function in a module of this package and a line here. Everything it needs besides typer is imported
inside the function, so that `arpipe --help` is fast.
"""

from typing import Annotated

import typer

from arpipe import __version__
from arpipe.cli import config, dataset, effects, machine, model, profile, weights
from arpipe.cli.accuracy import accuracy
from arpipe.cli.batch import batch
from arpipe.cli.live import live
from arpipe.cli.teach import teach

app = typer.Typer(
    name="arpipe",
    help="Camera AR: face tracking, metric head pose, glasses and makeup, for webcams, files and profiling.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def _options(
    _debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", "-V", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """List `--debug`, which `arpipe.__main__` handles, and `--version`."""


app.command()(machine.demo)
app.command()(live)
app.command()(batch)
app.command()(teach)
app.add_typer(dataset.app, name="dataset")
app.add_typer(profile.app, name="profile")
app.command()(accuracy)
app.add_typer(effects.app, name="effects")
app.command()(machine.doctor)
app.command()(machine.devices)
app.command()(machine.calibrate)
app.add_typer(model.app, name="model")
app.add_typer(weights.app, name="weights")
app.add_typer(config.app, name="config")


@app.command()
def version() -> None:
    """Print the version of arpipe."""
    typer.echo(f"arpipe {__version__}")
