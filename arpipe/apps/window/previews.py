"""Previews of the carousel's choices on the sample, rendered once and kept in the cache."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from arpipe import __version__
from arpipe.apps.face_crop import HEAD, crop_for, crop_square
from arpipe.apps.failures import Failures
from arpipe.apps.sitter import sitter
from arpipe.apps.stream.carousel import EffectChoice
from arpipe.effects.changes import without_reactions
from arpipe.errors import ConfigError, MediaError, OutputError
from arpipe.folders import cache_folder
from arpipe.io.image.reader import read_image
from arpipe.io.image.writer import write_picture
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.types import Pixels

SIDE_PX = 160
SAMPLE = SampleConfig(width=960, height=960, noise=0.0)
FRONTAL, TURNED = 0, 30  # frames of the sample; a turned head shows the temples of glasses


def cached_preview(choice: EffectChoice, folder: Path | None = None) -> Pixels | None:
    """Load a preview; None if it was never rendered, or the choice has changed since.

    Args:
        choice: The choice.
        folder: Where previews are kept; None for the cache.

    Returns:
        (SIDE_PX, SIDE_PX, 3) uint8 RGB, or None.
    """
    try:
        pixels = read_image(_path_of(choice, folder))
    except (MediaError, ConfigError):  # not rendered yet, damaged, or there is no cache
        return None
    return pixels if pixels.shape == (SIDE_PX, SIDE_PX, 3) else None


class PreviewRenderer:
    """Renders previews without any network, from the sample's ground truth.

    Args:
        context: OpenGL to draw with.
        folder: Where previews are kept; None for the cache.
    """

    def __init__(self, context: GlContext, folder: Path | None = None) -> None:
        with SampleSource(SAMPLE) as sample:
            self._results = {frame: sitter(sample, frame) for frame in (FRONTAL, TURNED)}
        self._context, self._folder = context, folder

    def render(self, choice: EffectChoice) -> Pixels:
        """Render a preview, (SIDE_PX, SIDE_PX, 3) uint8 RGB, and keep it if possible.

        Raises:
            ArpipeError: The effect cannot be drawn.
        """
        crop = crop_for(choice.packs)
        result = self._results[TURNED if crop is HEAD else FRONTAL]
        packs = [without_reactions(pack) for pack in choice.packs]
        with EffectRenderer(RenderConfig(), packs, context=self._context) as renderer:
            pixels = renderer.render(result).pixels
        preview = crop_square(pixels, result.faces[0].landmarks.box_px, crop, SIDE_PX)
        with suppress(OutputError, ConfigError):  # without a cache, the preview is rendered again next time
            write_picture(_path_of(choice, self._folder), preview)
        return preview


def load_previews(
    choices: Sequence[EffectChoice],
    previews: list[Pixels | None],
    context: GlContext,
    failures: Failures,
    advance: Callable[[int, int], bool],
) -> None:
    """Load the previews and render the missing ones, which usually only the first run has to.

    Args:
        choices: The choices.
        previews: Receives their previews; one that cannot be drawn stays None.
        context: OpenGL to draw with.
        failures: Collects those that cannot be drawn.
        advance: Called with the number of the preview to render and their count; returning False stops.
    """
    for index, choice in enumerate(choices):
        with failures.guarded(f"the preview of {choice.title}"):
            previews[index] = cached_preview(choice)
    missing = [index for index, preview in enumerate(previews) if preview is None]
    if not missing:
        return
    with failures.guarded("the previews"):
        renderer = PreviewRenderer(context)
        for number, index in enumerate(missing, 1):
            if not advance(number, len(missing)):
                return
            with failures.guarded(f"the preview of {choices[index].title}"):
                previews[index] = renderer.render(choices[index])


def _path_of(choice: EffectChoice, folder: Path | None) -> Path:
    """Return the file of a preview; its name depends on the choice's parameters and files."""
    folders = [pack.folder for pack in choice.packs if pack.folder is not None]
    files = sorted(path for root in folders for path in root.iterdir() if path.is_file())
    stamps = [(path.name, path.stat().st_mtime_ns) for path in files]
    key = repr(
        (__version__, crop_for(choice.packs), SAMPLE, TURNED, [pack.layers for pack in choice.packs], stamps)
    )
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return (folder or cache_folder() / "previews") / f"{digest}.png"
