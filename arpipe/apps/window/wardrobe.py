"""The effects that can be worn, and how they look on the sample."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.effects.packs import Pack, build, load_effect, load_pack, pack_folders
from arpipe.errors import ArpipeError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose, Landmarks, Pixels, TrackedFace

PREVIEW_PX = 160
PREVIEW_SIZE = (480, 480)
PREVIEW_FRAME = 40  # the head turned a little: glasses show their side
FACE_SIZES = 1.5  # side of the preview over the face's width


@dataclass(frozen=True, slots=True)
class Outfit:
    """What is worn together: a name to show, and its packs."""

    title: str
    packs: tuple[Pack, ...]


class Wardrobe:
    """Outfits in order, one of them worn.

    Args:
        effects: Those asked for; they come first, worn together. "Nothing" and all single packs follow.
    """

    def __init__(self, effects: Sequence[str]) -> None:
        asked = tuple(load_effect(effect) for effect in effects)
        self.outfits = [Outfit("Nothing", ()), *(Outfit(pack.title, (pack,)) for pack in _all_packs())]
        names = [tuple(pack.name for pack in outfit.packs) for outfit in self.outfits]
        plain = all("(" not in effect for effect in effects)
        asked_names = tuple(pack.name for pack in asked)
        if plain and asked_names in names:
            self.index = names.index(asked_names)
        else:
            self.outfits.insert(1, Outfit(" + ".join(pack.title for pack in asked), asked))
            self.index = 1

    @property
    def worn(self) -> Outfit:
        """The outfit chosen."""
        return self.outfits[self.index]

    def choose(self, index: int) -> bool:
        """Wear another; False when there is none of this number."""
        if not 0 <= index < len(self.outfits):
            return False
        self.index = index
        return True

    def step(self, by: int) -> None:
        """Wear the next ones; after the last comes the first."""
        self.index = (self.index + by) % len(self.outfits)


def _all_packs() -> list[Pack]:
    """Every sound pack: glasses first, then the others, by title."""
    packs = []
    for folder in pack_folders().values():
        with suppress(ArpipeError):  # `arpipe effects list` tells which packs are damaged
            packs.append(load_pack(folder))
    return sorted(packs, key=lambda pack: ("glasses" not in pack.tags, pack.title))


class Previews:
    """Draws outfits on the sample, without any network: its truth is known.

    Args:
        context: To draw with.
    """

    def __init__(self, context: GlContext) -> None:
        width, height = PREVIEW_SIZE
        with SampleSource(SampleConfig(width=width, height=height, noise=0.0)) as sample:
            frame, truth = sample.frame(PREVIEW_FRAME), sample.truth(PREVIEW_FRAME)
        points = np.zeros((len(truth.landmarks_px), 3), np.float32)
        points[:, :2] = truth.landmarks_px
        landmarks = Landmarks(points, 1.0, load_topology("face"))
        pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.0)
        self._result = FrameResult(frame, (TrackedFace(1, landmarks, pose, "new", 0),))
        self._camera, self._context = truth.camera, context
        self._box = landmarks.box_px

    def draw(self, outfit: Outfit) -> Pixels:
        """(PREVIEW_PX, PREVIEW_PX, 3) RGB."""
        layers = [layer for pack in outfit.packs for layer in build(pack, self._context)]
        compositor = Compositor(self._context, RenderConfig())
        try:
            pixels = compositor.draw(self._result, self._camera, layers, StageTimer())
        finally:
            compositor.close()
            for layer in layers:
                layer.close()
        x0, y0, x1, y1 = self._box
        half = FACE_SIZES * (x1 - x0) / 2.0
        x, y = (x0 + x1) / 2.0, (0.6 * y0 + 0.4 * y1)
        left, top = max(0, round(x - half)), max(0, round(y - half))
        part = pixels[top : round(y + half), left : round(x + half)]
        return np.asarray(cv2.resize(part, (PREVIEW_PX, PREVIEW_PX), interpolation=cv2.INTER_AREA), np.uint8)
