"""`arpipe teach`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arpipe.cli.settings import NETWORKS, Setting, setting, with_settings

if TYPE_CHECKING:
    from arpipe.config import RunConfig

PAGE_TARGET = Path("recognizer.toml")  # what the page saves to by default

FEATURES = Setting(
    "",
    str,
    ("--features",),
    "What counts: hand, hands, face, body, expressions, or several: 'hand,face'.",
    "NAMES",
    lambda text: {"teach.features": [name.strip() for name in text.split(",")]},
)
WINDOW = setting(
    "teach.window_s",
    float,
    "--window",
    metavar="S",
    help="Length of a movement, up to 1 s; 0 for still poses.",
)
SOURCE = setting("live.source", str, "--source", "-s", help="Camera number, file, or sample, for the window.")
PAGE = (
    setting(
        "web.host",
        str,
        "--host",
        metavar="ADDRESS",
        help="Address of the page; beyond loopback, TLS is required.",
    ),
    setting("web.port", int, "--port", metavar="N", help="Port of the page; 0 picks a free one."),
)


@with_settings(FEATURES, WINDOW, SOURCE, *PAGE, *NETWORKS)
def teach(
    load: "Callable[[], RunConfig]",
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Recogniser to add to; created if it does not exist."),
    ] = None,
    taught: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="CLASS=PATH",
            help="Learn a class from a photo, a clip or a folder of these. Repeatable; one class must be none.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write. Default: FILE.")
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="NAME",
            help="A new class to record in the window. Repeatable. Default: the name of FILE.",
        ),
    ] = None,
    web: Annotated[bool, typer.Option("--web", help="Teach on a page, with the browser's camera.")] = False,
) -> None:
    """Teach your own classes, such as a wave or a hand beside the mouth, from a few samples."""
    target = output or file or (PAGE_TARGET if web else None)
    if target is None:
        raise typer.BadParameter("name the file that is to be written", param_hint="FILE or --output")
    _refuse_conflicts(taught, classes, web)
    if taught:
        raise typer.Exit(_teach_files(load, taught, file, target))
    if web:
        from arpipe.apps.teach.web.run import run

        raise typer.Exit(run(load(), file, target))
    from arpipe.apps.teach.window import run_window

    raise typer.Exit(run_window(load(), classes or (), _existing(file), target))


def _refuse_conflicts(taught: list[str] | None, classes: list[str] | None, web: bool) -> None:
    """Refuse options of different ways of teaching: files, the page and the window."""
    if taught and (web or classes):
        raise typer.BadParameter("--from learns from files; leave out --web and --class")
    if web and classes:
        raise typer.BadParameter("--class is for the window; on the page, add classes there")


def _teach_files(load: "Callable[[], RunConfig]", taught: list[str], file: Path | None, target: Path) -> int:
    """Return the exit code: 1 if files were left out because they cannot be read."""
    from arpipe.apps.teach.files import parse_taught, teach_files

    lesson = teach_files(load(), parse_taught(taught), target, _existing(file))
    return int(bool(lesson.failures))


def _existing(file: Path | None) -> Path | None:
    return file if file is not None and file.exists() else None
