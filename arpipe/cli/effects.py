"""`arpipe effects …`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from arpipe.cli.settings import complete_effect

Unit = Literal["m", "cm", "mm", "in"]

app = typer.Typer(help="List, preview, check and import effects.", no_args_is_help=True)


@app.command("list")
def list_(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD]...",
            help="List only effects that match all words, such as 'sunglasses metal' or 'lips'.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the packs as JSON.")] = False,
) -> None:
    """List all effects: packs, and kinds that can be used without a pack."""
    from arpipe.apps import effect_list

    if as_json:
        typer.echo(effect_list.as_json(words or ()))
    else:
        effect_list.list_effects(words or ())


@app.command()
def show(
    effect: Annotated[
        str,
        typer.Argument(help="A pack, a folder, or a kind with parameters.", autocompletion=complete_effect),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PNG", help="Write the preview to this file.")
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


@app.command("import")
def import_(
    model: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .glb or .gltf file with a pair of glasses.")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", help="Folder in which the pack is created."),
    ] = Path(),
    preview: Annotated[
        Path | None,
        typer.Option(
            "--preview", metavar="PNG", help="Write the preview to this file; out/NAME.png by default."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the pack; by default that of the file.")
    ] = None,
    unit: Annotated[
        Unit | None, typer.Option("--unit", help="Unit of the model; detected by default.")
    ] = None,
    rotate: Annotated[
        tuple[float, float, float] | None,
        typer.Option(
            "--rotate",
            metavar="X Y Z",
            help="Degrees about x, then y, then z until y is up and z forward; detected by default.",
        ),
    ] = None,
) -> None:
    """Make a pack from glasses of another program, and detect unit, axes, temples, lenses and bridge."""
    from arpipe.apps.import_glasses import run_import

    run_import(model, output, preview, name=name, unit=unit, rotate_deg=rotate)


@app.command()
def template(output: Annotated[Path, typer.Argument(metavar="PNG", help="Output file.")]) -> None:
    """Write the UV template for face paint, as a transparent PNG."""
    from arpipe.apps.effects import write_template

    write_template(output)
