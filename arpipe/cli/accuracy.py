"""`arpipe accuracy`."""

from pathlib import Path
from typing import Annotated

import typer

MESHES = ("auto", "v2", "attention", "plain")


def accuracy(
    media: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Folders of pictures, or clips. With a label file beside them (labels.json in a folder, "
            "NAME.labels.json beside a clip) poses are compared with it, else with the mirror images. "
            "Without any path, the bundled sample is measured.",
        ),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="JSON", help="Labels of the one folder or clip.")
    ] = None,
    mesh: Annotated[
        list[str] | None,
        typer.Option("--mesh", metavar="NAME", help=f"{', '.join(MESHES)}; repeatable. Default: all."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FOLDER", help="Write accuracy.json and SVG plots here."),
    ] = None,
) -> None:
    """Measure the accuracy of head poses, on the sample or on labelled or unlabelled pictures."""
    from arpipe.apps.accuracy.run import run
    from arpipe.apps.accuracy.variants import parse_variants

    raise typer.Exit(run(media or [], labels, parse_variants(mesh or ()), report))
