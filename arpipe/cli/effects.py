"""`arpipe effects …`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, preview and check effects.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List all effects: packs, and kinds that can be used by themselves."""
    from arpipe.apps.effects import list_effects

    list_effects()


@app.command()
def show(
    effect: Annotated[str, typer.Argument(help="A pack, a folder, or a kind with parameters.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PNG", help="Where the preview goes.")
    ] = None,
) -> None:
    """Show an effect's layers and parameters, and draw a preview on the sample."""
    from arpipe.apps.effects import show_effect

    show_effect(effect, output)


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="A folder with an effect.toml.")]) -> None:
    """Check a pack, its textures, and its models on three heads; exit code 1 if anything is wrong."""
    from arpipe.apps.effect_check import check_effect

    if not check_effect(folder):
        raise typer.Exit(1)


@app.command()
def template(output: Annotated[Path, typer.Argument(metavar="PNG", help="Where the template goes.")]) -> None:
    """Write the layout that face paint is drawn in, as a transparent PNG."""
    from arpipe.apps.effects import write_template

    write_template(output)
