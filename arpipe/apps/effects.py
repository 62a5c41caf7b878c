"""`arpipe effects …`: what there is, what it looks like, whether a pack is sound."""

import json
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.apps.run_files import check_outputs, pack_files
from arpipe.effects.changes import without_reactions
from arpipe.effects.layer_reactions import LayerReactions
from arpipe.effects.makeup.template import template
from arpipe.effects.packs import Pack, load_effect
from arpipe.errors import ConfigError, MediaError
from arpipe.io.atomic import make_parent
from arpipe.io.image.writer import image_format, write_picture
from arpipe.io.outputs import NamedFile
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.source import Source
from arpipe.pipeline.pipeline import Pipeline
from arpipe.types import FrameResult, Pixels

PREVIEW_SAMPLE = SampleConfig(fps=10.0, frames=100)  # looks left, right, up and down, in few frames
# Frames side by side, as shares of the sample: facing, turned a little, and tilted. Turned by more than 20 degrees, a
# portrait that is warped from one photo has no jaw.
PREVIEW_PLACES = (0.0, 0.29, 0.86)
PREVIEW_SETTLE_FRAMES = 8  # seen before each of them, so that fit and light have settled
PREVIEW_SIDE_PX = 540
PREVIEW_FACE_SIZES = 2.2  # side of the shown square over the face's


def show_effect(effect: str, output: Path | None = None, console: Console | None = None) -> Path:
    """Print an effect's layers and parameters, and draw it on the sample.

    Args:
        effect: A spec such as `aviator` or `lipstick(color=#a3123a)`.
        output: PNG or JPEG to write; None for `out/<name>.png`.
        console: Where to print.

    Returns:
        The picture's path.
    """
    console = console or Console()
    pack = load_effect(effect)
    path = output or Path("out") / f"{pack.name}.png"
    image_format(path)
    _check_output(path, pack_files(pack), console)
    _print_pack(pack, console)
    with SampleSource(PREVIEW_SAMPLE) as source:
        picture = preview(pack, source)
    write_picture(path, picture)
    console.print(f"preview: {path}", markup=False, highlight=False, soft_wrap=True)
    return path


def write_template(output: Path, console: Console | None = None) -> None:
    """Write the UV layout for face paint: a square, transparent PNG with the face's lines to paint over.

    Raises:
        ConfigError: The name does not end in `.png`.
        OutputError: It cannot be written.
    """
    console = console or Console()
    if output.suffix.lower() != ".png":
        raise ConfigError(
            f"{output}: a template is a PNG, it needs transparency; try: {output.with_suffix('.png')}"
        )
    _check_output(output, (), console)
    write_picture(output, template(), {"optimize": True})
    console.print(
        f"{output}: paint over it, remove the lines, keep size and transparency; then: "
        f"arpipe batch photo.jpg --effect {_face_paint(output)} --output out.png",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _face_paint(image: Path) -> str:
    """Return the effect that shows a picture, quoted for the shell."""
    return shlex.quote(f"face-paint(image={json.dumps(str(image), ensure_ascii=False)})")


def _check_output(path: Path, inputs: Iterable[NamedFile], console: Console) -> None:
    """Raise OutputError unless a picture can be written there and is none of the inputs; its folder is made."""
    make_parent(path)
    check_outputs([NamedFile("--output", path)], inputs, console)


def preview(pack: Pack, source: Source) -> Pixels:
    """Return (h, w, 3) uint8 RGB: the effect on a few frames of a source, cut to the face, side by side."""
    count = source.info.frame_count or len(PREVIEW_PLACES)
    chosen = [int(count * place) for place in PREVIEW_PLACES]
    pictures: list[Pixels] = []
    with Pipeline(effects=[without_reactions(pack)]) as pipeline:
        for frame in source:
            ahead = chosen[len(pictures)] - frame.index
            if ahead > PREVIEW_SETTLE_FRAMES:
                continue
            picture = pipeline.process(frame)
            if ahead <= 0:
                pictures.append(_portrait(picture.pixels, picture.result))
            if len(pictures) == len(chosen):
                break
    if not pictures:
        raise MediaError(f"{source.info.name}: holds no frames")
    return np.concatenate(pictures, axis=1)


def _print_pack(pack: Pack, console: Console) -> None:
    console.print(f"[bold]{escape(pack.title)}[/] {escape(pack.description)}", highlight=False)
    facts = [f"license {pack.license}"] * bool(pack.license) + [f"by {pack.author}"] * bool(pack.author)
    facts += [f"tags {', '.join(pack.tags)}"] * bool(pack.tags) + [f"in {pack.folder}"] * bool(pack.folder)
    console.print(", ".join(facts), style="dim", markup=False, highlight=False, soft_wrap=True)
    for preset in pack.presets:
        colors = "".join(f"[{color}]●[/]" for color in preset.swatch)
        marked = " (shown)" if preset.name == pack.preset else ""
        console.print(f"preset={preset.name} {colors} {escape(preset.title)}{marked}", highlight=False)
    for layer in pack.layers:
        heading = layer.name if layer.name == layer.kind else f"{layer.name} ({layer.kind})"
        table = Table(title=escape(heading), title_justify="left")
        for column in ("parameter", "value", "default"):
            table.add_column(column, overflow="fold")
        for key, value, default in _rows(layer.params, type(layer.params)):
            table.add_row(key, escape(value), escape(default))
        for key, value in _reactions(layer.reactions):
            table.add_row(key, escape(value), "")
        console.print(table)


def _reactions(reactions: LayerReactions) -> Iterator[tuple[str, str]]:
    """Yield how a layer reacts to the face."""
    if reactions.when is not None:
        yield "when", reactions.when
    for key, signal in reactions.drive.items():
        (low, high), (first, last) = signal.ends, signal.to
        yield f"drive {key}", f"{signal.by} from {low:g} to {high:g} → {first:g} to {last:g}"


def _rows(params: BaseModel, model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        value = getattr(params, name)
        if isinstance(value, BaseModel):
            yield from _rows(value, type(value), f"{prefix}{name}.")
        elif isinstance(value, dict) and value:  # of models; only what they change
            for key, inner in value.items():
                rows = _rows(inner, type(inner), f"{prefix}{name}.{key}.")
                yield from ((path, now, default) for path, now, default in rows if now != default)
        else:
            default = (
                "needed" if field.is_required() else _plain(field.get_default(call_default_factory=True))
            )
            yield f"{prefix}{name}", _plain(value), default


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return value.name
    return "–" if value is None else str(value)


def _portrait(pixels: Pixels, result: FrameResult) -> Pixels:
    """(PREVIEW_SIDE_PX, PREVIEW_SIDE_PX, 3) square around the first face, or of the middle without one."""
    height, width = pixels.shape[:2]
    side, x, y = float(min(height, width)), width / 2.0, height / 2.0
    if result.faces:
        x0, y0, x1, y1 = result.faces[0].landmarks.box_px
        side = min(side, PREVIEW_FACE_SIZES * float(max(x1 - x0, y1 - y0)))
        x, y = float(x0 + x1) / 2.0, float(y0 + y1) / 2.0
    left = min(max(x - side / 2.0, 0.0), width - side)
    top = min(max(y - side / 2.0, 0.0), height - side)
    resized = Image.fromarray(pixels).resize(
        (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX), Image.Resampling.LANCZOS, (left, top, left + side, top + side)
    )
    return np.asarray(resized, dtype=np.uint8)
