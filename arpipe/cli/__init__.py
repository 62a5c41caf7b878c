"""The command line. It parses; each command hands over to a function of `arpipe.apps`.

A command is one function in a file of this package and one line here. Whatever it needs beyond typer is
imported inside that function, so that `arpipe --help` answers at once.
"""

from typing import Annotated

import typer

from arpipe import __version__
from arpipe.cli import config, effects, machine, profile, weights
from arpipe.cli.batch import batch
from arpipe.cli.live import live

app = typer.Typer(
    name="arpipe",
    help="Camera AR: face tracking, metric head pose, glasses and makeup, for webcams, files and profiling.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    _debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """`--debug` is acted upon in `arpipe.__main__`; it stands here to be listed."""


app.command()(machine.demo)
app.command()(live)
app.command()(batch)
app.add_typer(profile.app, name="profile")
app.add_typer(effects.app, name="effects")
app.command()(machine.doctor)
app.command()(machine.devices)
app.command()(machine.calibrate)
app.add_typer(weights.app, name="weights")
app.add_typer(config.app, name="config")


@app.command()
def version() -> None:
    """Print arpipe's version."""
    typer.echo(f"arpipe {__version__}")
