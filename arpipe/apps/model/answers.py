"""What a network answers for pictures, and where it looked."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from arpipe.apps.run_files import check_outputs
from arpipe.custom.explain.explainer import Explainer, Explanation, Method
from arpipe.custom.library import find_model
from arpipe.custom.model import Model
from arpipe.effects.overlay.class_panel import PanelStyle, draw_classes
from arpipe.effects.overlay.heat import draw_bar, draw_heat
from arpipe.inference.providers import ProviderName, SessionConfig
from arpipe.io.atomic import make_parent
from arpipe.io.image.reader import ImageFiles
from arpipe.io.image.writer import image_format, write_picture
from arpipe.io.outputs import NamedFile
from arpipe.types import ClassScore, Pixels

BAR_CHARACTERS = 24
HEAT_OPACITY = 0.65
PANEL_CLASSES = 3


def classify(
    pictures: Sequence[str], name: str, top: int, provider: ProviderName, console: Console | None = None
) -> None:
    """Print the best classes of pictures.

    Args:
        pictures: Files, folders or patterns.
        name: Of the network, or its path.
        top: Classes per picture.
        provider: Where to run it.
        console: Where to print.
    """
    console = console or Console()
    with Model(find_model(name), SessionConfig(provider=provider)) as model:
        model.require_classifier()
        for picture in pictures:
            with ImageFiles.open(picture) as source:
                for path, frame in zip(source.paths, source, strict=True):
                    console.print(str(path), style="bold", markup=False, highlight=False, soft_wrap=True)
                    _print_classes(console, model.classify(frame.pixels, top))


def explain(
    picture: Path,
    name: str,
    wanted: str | None,
    output: Path,
    method: Method,
    provider: ProviderName,
    console: Console | None = None,
) -> None:
    """Draw where a classifier looked.

    Args:
        picture: A photo.
        name: Of the network, or its path.
        wanted: The class; the best one if None.
        output: PNG or JPEG to write.
        method: How the map is computed.
        provider: Where to run the network.
        console: Where to print.
    """
    console = console or Console()
    image_format(output)
    make_parent(output)
    check_outputs([NamedFile("--output", output)], [NamedFile("the photo", picture)], console)
    with (
        ImageFiles([picture]) as source,
        Explainer(find_model(name), SessionConfig(provider=provider), method) as explainer,
    ):
        frame = next(iter(source))
        found = explainer.explain(frame.pixels, wanted)
    write_picture(output, heat_picture(frame.pixels, found))
    label = f"{found.explained.label} ({found.explained.index})"
    console.print(
        f"{output}: {label}, {100 * found.explained.score:.1f} %, by {found.method}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def heat_picture(pixels: Pixels, found: Explanation) -> Pixels:
    """Return a picture with its heat map, the bar that explains the colours, and the best classes."""
    drawn = pixels.copy()
    draw_heat(drawn, found.heat, HEAT_OPACITY)
    draw_bar(drawn)
    best = found.prediction.top(PANEL_CLASSES)
    is_best = found.explained.index == best[0].index
    title = f"{found.prediction.model}, {found.method}"
    shown = best if is_best else (found.explained, *best[: PANEL_CLASSES - 1])
    draw_classes(drawn, shown, PanelStyle(title=title if is_best else f"{title}: {found.explained.short}"))
    return drawn


def _print_classes(console: Console, classes: Sequence[ClassScore]) -> None:
    for each in classes:
        filled = round(BAR_CHARACTERS * each.score)
        bar = f"[cyan]{'━' * filled}[/][dim]{'─' * (BAR_CHARACTERS - filled)}[/]"
        name = f"{escape(each.label)} [dim]({each.index})[/]"
        console.print(f"  {100 * each.score:5.1f} %  {bar}  {name}", soft_wrap=True)
